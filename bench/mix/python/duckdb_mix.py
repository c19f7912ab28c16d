"""The mix as one statement of DuckDB with two threads: <corpora dir> <out dir>."""

import sys

import duckdb

MESSAGE = "STRUCT(role VARCHAR, content VARCHAR)[]"


def main(corpora, out):
    db = duckdb.connect()
    db.execute("SET threads = 2")
    db.execute(f"SET temp_directory = '{out}/tmp'")
    [lines] = db.execute(f"""
        COPY (
            WITH found AS (
                SELECT messages
                FROM read_json('{corpora}/ultrachat.jsonl', format = 'newline_delimited',
                    maximum_object_size = 67108864, columns = {{messages: '{MESSAGE}'}})
                UNION ALL
                SELECT list_transform(conversation, lambda m: {{'role': m.role, 'content': m.content}})
                FROM read_parquet('{corpora}/lmsys-*.parquet') WHERE language = 'English' AND NOT redacted
                UNION ALL
                SELECT list_transform(conversations, lambda m: {{
                    'role': CASE m."from" WHEN 'human' THEN 'user' WHEN 'gpt' THEN 'assistant' END,
                    'content': m.value}})
                FROM read_parquet('{corpora}/magpie-*.parquet')
                UNION ALL
                SELECT flatten(list([{{'role': 'user', 'content': context}},
                    {{'role': 'assistant', 'content': response}}] ORDER BY response_id))
                FROM read_json('{corpora}/prosocial.json', format = 'newline_delimited', columns = {{
                    context: 'VARCHAR', response: 'VARCHAR', dialogue_id: 'BIGINT', response_id: 'BIGINT'}})
                GROUP BY dialogue_id
            )
            SELECT messages FROM found
            WHERE len(list_filter(messages, lambda m: m.role IS NULL OR trim(m.content) = '')) = 0
            ORDER BY hash(messages)
        ) TO '{out}/train.jsonl' (FORMAT json)""").fetchone()
    print(f"{lines} lines")


if __name__ == "__main__":
    main(*sys.argv[1:3])
