"""The files of every split of every config, as `datasets` finds them in repositories of the Hub."""

from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

import datasets
from datasets import load_dataset_builder

from interop import answer, read_input

# What the files of a repository say, not what a viewer's service has stored of it.
datasets.config.USE_PARQUET_EXPORT = False


def splits_of(builder):
    return {str(split): [file.split("@", 1)[1].split("/", 1)[1] for file in files]
            for split, files in (builder.config.data_files or {}).items()}


def resolve(tree):
    try:
        builder = load_dataset_builder(tree["repository"], tree["config"], revision=tree["revision"])
        return {"splits": splits_of(builder)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {str(error)[:300]}"}


trees = read_input()["trees"]
with ThreadPoolExecutor(8) as pool:
    resolved = list(pool.map(resolve, trees))
answer(
    {
        "version": version("datasets"),
        "trees": {tree["repository"]: found for tree, found in zip(trees, resolved)},
    }
)
