"""Encoders of the reference implementations for a folder with a tokenizer."""

import base64
import json

import tiktoken
from tokenizers import Tokenizer

# The added tokens that text may hold in most renderers: `markupTokens` of core/training/rendering/renderer.ts.
MARKUP = [
    "<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>",
    "<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>", "｜DSML｜",
]  # fmt: skip

# Source: tiktoken_ext/openai_public.py.
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}",
    r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
    r"\s*[\r\n]+",
    r"\s+(?!\S)",
    r"\s+",
])  # fmt: skip
# Source: moonshotai/Kimi-K2.6, tokenization_kimi.py.
KIMI = "|".join([
    r"[\p{Han}]+",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}",
    r" ?[^\s\p{L}\p{N}]+[\r\n]*",
    r"\s*[\r\n]+",
    r"\s+(?!\S)",
    r"\s+",
])  # fmt: skip


def encoder(folder):
    """A function from text to ids, which takes no control token for one."""
    if (folder / "tokenizer.json").exists():
        return hugging_face(folder)
    if (folder / "tiktoken.model").exists():
        named = json.loads((folder / "tokenizer_config.json").read_text())["added_tokens_decoder"]
        return of_ranks(folder / "tiktoken.model", KIMI, {token["content"]: int(id) for id, token in named.items()})
    return of_ranks(folder / "o200k_base.tiktoken", O200K, {})


def hugging_face(folder):
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    added = [token for token in tokenizer["added_tokens"] if token["content"] in MARKUP]
    backend = Tokenizer.from_str(json.dumps(tokenizer | {"added_tokens": added}))
    # Without the others, the library numbers added tokens anew.
    ids = {backend.token_to_id(token["content"]): token["id"] for token in added}
    return lambda text: [ids.get(id, id) for id in backend.encode(text, add_special_tokens=False).ids]


def of_ranks(file, pattern, named):
    ranks = {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, file.read_bytes().splitlines())}
    markup = {name: id for name, id in named.items() if name in MARKUP}
    backend = tiktoken.Encoding("ranks", pat_str=pattern, mergeable_ranks=ranks, special_tokens=markup)
    cut = long_runs if pattern == KIMI else lambda text: [text]
    return lambda text: [id for part in cut(text) for id in backend.encode(part, allowed_special="all")]


def long_runs(text, longest_text=400_000, longest_run=25_000):
    """As tokenization_kimi.py cuts texts before it encodes them."""
    for first in range(0, len(text), longest_text):
        part = text[first : first + longest_text]
        begin, run, of_spaces = 0, 0, part[0].isspace()
        for at, letter in enumerate(part):
            if letter.isspace() == of_spaces:
                run += 1
                if run > longest_run:
                    yield part[begin:at]
                    begin, run = at, 1
            else:
                run, of_spaces = 1, not of_spaces
        yield part[begin:]
