"""Ids of texts by the reference implementation for a folder with a tokenizer, and how fast it is on one thread."""

import os
import sys
import time
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"

from interop import answer, read_input  # noqa: E402

sys.path.append(str(Path(__file__).parents[2] / "golden" / "tokenizers"))

from reference import encoder  # noqa: E402

given = read_input()
began = time.process_time()
encode = encoder(Path(given["folder"]))
loaded = time.process_time()
ids = [encode(text) for text in given["texts"]]
done = time.process_time()
answer({"ids": ids, "loadSeconds": loaded - began, "encodeSeconds": done - loaded})
