"""Loads datasets, and writes every row as JSON lines."""

import json
from importlib.metadata import version
from pathlib import Path

from datasets import load_dataset

from interop import answer, outcome, read_input

given = read_input()
token, out = given["token"], Path(given["out"])


def write(name, rows):
    with open(out / f"{name}.jsonl", "w", encoding="utf-8") as file:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False), file=file)


prosocial, magpie, lmsys = given["prosocial"], given["magpie"], given["lmsys"]
# Before anything is in the cache, which answers anonymous callers too.
gated_anonymous = outcome(lambda: load_dataset(lmsys, token=False))
gated_not_accepted = outcome(lambda: load_dataset(lmsys, token=given["otherToken"]))

splits = {}
for repository in given["repositories"]:
    dataset = load_dataset(repository, token=token)
    splits[repository] = {name: rows.num_rows for name, rows in dataset.items()}
    for name, rows in dataset.items():
        write(f"{repository.replace('/', '_')}.{name}", rows)

streamed = load_dataset(lmsys, split="train", streaming=True, token=token)
answer(
    {
        "version": version("datasets"),
        "splits": splits,
        "streamed": sum(1 for _ in streamed),
        "oneFile": load_dataset(magpie, data_files="data/train-00001*", split="train").num_rows,
        "slice": load_dataset(prosocial, split="train[:10]").num_rows,
        "otherwiseSpelled": load_dataset(magpie.lower(), split="train").num_rows,
        "branch": load_dataset(given["branched"], revision="refs/convert/parquet", split="train").num_rows,
        "gatedAnonymous": gated_anonymous,
        "gatedNotAccepted": gated_not_accepted,
        "missing": outcome(lambda: load_dataset(given["missing"], token=token)),
        "noRevision": outcome(lambda: load_dataset(prosocial, revision="none")),
    }
)
