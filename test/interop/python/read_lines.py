"""Reads a train.jsonl with `datasets` and with the types of OpenAI's client."""

import json
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import datasets
from interop import answer, read_input, without_none
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
from pydantic import TypeAdapter, ValidationError

given = read_input()
lines = Path(given["file"]).read_text().splitlines()
messages = TypeAdapter(list[ChatCompletionMessageParam])
tools = TypeAdapter(list[ChatCompletionToolParam])


def fits(row):
    try:
        messages.validate_python(row["messages"])
        tools.validate_python(row.get("tools", []))
    except ValidationError:
        return False
    return True


with TemporaryDirectory() as cache:
    loaded = datasets.load_dataset("json", data_files=given["file"], split="train", cache_dir=cache)
    rows = [without_none(row) for row in loaded]
answer(
    {
        "versions": {name: version(name) for name in ("datasets", "openai")},
        "openai": [fits(json.loads(line)) for line in lines],
        "datasets": rows,
    }
)
