"""Log-probabilities of exported adapters, applied by PEFT to their base in transformers.

    python3 -m venv venv && venv/bin/pip install torch transformers peft
    node dist/test/golden/peft/write-adapters.js
    venv/bin/python test/golden/peft/make_golden.py

Reads the bases and the examples of `test/golden/tinker`, and the adapters that the first command has written beside this file;
writes `golden.json`. Made with torch 2.15.0, transformers 5.23.0 and peft 0.21.2.
"""
import json
import pathlib
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

HERE = pathlib.Path(__file__).parent
found = {}
for name in ["tied", "untied"]:
    base = HERE.parent / "tinker" / name
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, attn_implementation="eager")
    model = PeftModel.from_pretrained(model, HERE / name).eval()
    found[name] = []
    for example in json.loads((base / "golden.json").read_text())["examples"]:
        with torch.no_grad():
            logits = model(torch.tensor([example["tokens"]])).logits[0].double()
        logprobs = torch.log_softmax(logits, -1)
        found[name].append([logprobs[at, token].item() for at, token in enumerate(example["targets"])])
(HERE / "golden.json").write_text(json.dumps(found))
