"""The mix in memory, with orjson and pyarrow, in one process: <corpora dir> <out dir>."""

import glob
import random
import sys

import orjson
import pyarrow.parquet

from rules import conversation, dialogues


def rows_of(pattern, columns):
    for path in sorted(glob.glob(pattern)):
        file = pyarrow.parquet.ParquetFile(path)
        for batch in file.iter_batches(columns=columns):
            yield from batch.to_pylist()


def conversations(corpora):
    with open(f"{corpora}/ultrachat.jsonl", "rb") as lines:
        for line in lines:
            yield conversation(orjson.loads(line)["messages"])
    for row in rows_of(f"{corpora}/lmsys-*.parquet", ["conversation", "language", "redacted"]):
        if row["language"] == "English" and not row["redacted"]:
            yield conversation(row["conversation"])
    for row in rows_of(f"{corpora}/magpie-*.parquet", ["conversations"]):
        yield conversation(row["conversations"], "from", "value")
    with open(f"{corpora}/prosocial.json", "rb") as lines:
        yield from dialogues(orjson.loads(line) for line in lines)


def main(corpora, out):
    made = [orjson.dumps({"messages": m}) for m in conversations(corpora) if m]
    random.Random(17).shuffle(made)
    with open(f"{out}/train.jsonl", "wb") as file:
        for line in made:
            file.write(line)
            file.write(b"\n")
    print(f"{len(made)} lines")


if __name__ == "__main__":
    main(*sys.argv[1:3])
