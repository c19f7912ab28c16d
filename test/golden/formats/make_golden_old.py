"""rows.jsonl as parquet by a pyarrow whose pages end inside rows, as those of many older files do. After make_golden.py:

    python3 -m venv venv && venv/bin/pip install pyarrow==10.0.1 numpy==1.26.4
    venv/bin/python test/golden/formats/make_golden_old.py
"""
import json
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).parent
ROWS = [json.loads(line) for line in (HERE / "rows.jsonl").read_bytes().splitlines()]
TYPES = {
    "messages": pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())])),
    "lang": pa.string(),
    "tags": pa.list_(pa.list_(pa.string())),
}

# The dictionaries of texts are given up after some pages.
table = pa.table({name: pa.array([row[name] for row in ROWS], kind) for name, kind in TYPES.items()})
pq.write_table(table, HERE / "files" / "rows-over-pages.parquet", write_statistics=False,
               data_page_size=64, write_batch_size=2, dictionary_pagesize_limit=200)
