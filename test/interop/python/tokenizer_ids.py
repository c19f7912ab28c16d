"""Ids of texts by the reference implementation for a folder with a tokenizer, and what they take on one thread."""

import os
import resource
import sys
import time
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"

from interop import answer, read_input  # noqa: E402

sys.path.append(str(Path(__file__).parents[2] / "golden" / "tokenizers"))

from reference import encoder  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402


def peak_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def load(folder):
    """As a user of the library does: `encoder` changes the added tokens, by way of Python's JSON."""
    file = folder / "tokenizer.json"
    return Tokenizer.from_file(str(file)) if file.exists() else encoder(folder)


given = read_input()
before, began = peak_megabytes(), time.process_time()
loaded = load(Path(given["folder"]))
load_seconds, megabytes = time.process_time() - began, peak_megabytes() - before
encode = encoder(Path(given["folder"]))
ids, encode_seconds = [], []
for texts in given["lists"]:
    began = time.process_time()
    ids += [encode(text) for text in texts]
    encode_seconds.append(time.process_time() - began)
answer({"ids": ids, "loadSeconds": load_seconds, "encodeSeconds": encode_seconds, "megabytes": megabytes})
