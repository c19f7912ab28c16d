"""Trains the tokenizer of nemotron3/: Nemotron 3's control tokens, pattern and layout, with a vocabulary of our own.

    ENVIRONMENT/bin/python test/golden/tokenizers/train_nemotron3.py

Run from the repository's root, with the environment of test/golden/renderers/make_golden.py.
"""

import json
import sys
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "renderers"))

from conversations import CONVERSATIONS  # noqa: E402

SIZE = 2000
# In the order of their ids, which come before all others. The think and tool tags are not special.
CONTROL = [
    "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]", "[TOOL_CALLS]", "<|im_start|>", "<|im_end|>",
]  # fmt: skip
TAGS = ["<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"]
# Of Mistral's Tekken, which Nemotron 3 has.
PATTERN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def texts():
    """The conversations of the golden files and of the demo."""
    yield from (json.dumps(conversation, ensure_ascii=False, indent=1) for conversation in CONVERSATIONS * 5)
    demo = HERE.parents[2] / "dev/corpora/data/local/ultrachat_200k_train_sft.jsonl"
    yield from demo.read_text(errors="replace").splitlines()[:200]


def split():
    return {"type": "Split", "pattern": {"Regex": PATTERN}, "behavior": "Isolated", "invert": False}


def main():
    tokenizer = Tokenizer(models.BPE())
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    described = json.loads(tokenizer.to_str())
    described["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [split(), byte_level]}
    tokenizer = Tokenizer.from_str(json.dumps(described))
    tokenizer.train_from_iterator(
        texts(),
        trainers.BpeTrainer(
            vocab_size=SIZE,
            min_frequency=2,
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
            special_tokens=CONTROL + TAGS,
            show_progress=False,
        ),
    )
    described = json.loads(tokenizer.to_str())
    for token in described["added_tokens"]:
        token["special"] = token["content"] in CONTROL
    described["decoder"] = byte_level
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<s>",
        "eos_token": "<|im_end|>",
        "add_bos_token": False,
        "model_max_length": 262144,
    }
    folder = HERE / "nemotron3"
    folder.mkdir(exist_ok=True)
    text = json.dumps(described, ensure_ascii=False, separators=(",", ":"))
    (folder / "tokenizer.json").write_text(text + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")


main()
