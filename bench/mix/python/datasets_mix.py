"""The mix as a script with Hugging Face `datasets`: <corpora dir> <out dir>."""

import glob
import sys

from datasets import Dataset, Features, Value, concatenate_datasets, disable_progress_bars, load_dataset

from rules import conversation, dialogues

FEATURES = Features({"messages": [{"role": Value("string"), "content": Value("string")}]})


def ultrachat(row):
    return {"messages": conversation(row["messages"]) or []}


def lmsys(row):
    if row["language"] != "English" or row["redacted"]:
        return {"messages": []}
    return {"messages": conversation(row["conversation"]) or []}


def magpie(row):
    return {"messages": conversation(row["conversations"], "from", "value") or []}


def converted(kind, files, convert, cache, columns=None):
    more = {} if columns is None else {"columns": columns}
    rows = load_dataset(kind, data_files=sorted(files), split="train", cache_dir=cache, **more)
    rows = rows.map(convert, num_proc=2, remove_columns=rows.column_names, features=FEATURES)
    return rows.filter(lambda row: len(row["messages"]) > 0, num_proc=2)


def main(corpora, out):
    disable_progress_bars()
    cache = f"{out}/cache"
    prosocial = load_dataset("json", data_files=f"{corpora}/prosocial.json", split="train", cache_dir=cache)
    parts = [
        converted("json", [f"{corpora}/ultrachat.jsonl"], ultrachat, cache),
        converted(
            "parquet", glob.glob(f"{corpora}/lmsys-*.parquet"), lmsys, cache, ["conversation", "language", "redacted"]
        ),
        converted("parquet", glob.glob(f"{corpora}/magpie-*.parquet"), magpie, cache, ["conversations"]),
        Dataset.from_list([{"messages": m} for m in dialogues(prosocial) if m], features=FEATURES),
    ]
    mixed = concatenate_datasets(parts).shuffle(seed=17)
    mixed.to_json(f"{out}/train.jsonl", num_proc=2, force_ascii=False)
    print(f"{len(mixed)} lines")


if __name__ == "__main__":
    main(*sys.argv[1:3])
