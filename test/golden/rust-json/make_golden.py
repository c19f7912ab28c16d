"""Numbers, JSON and efforts as tml-renderers 0.2.1, whose core is Rust, writes them into Inkling's messages.

    pip install --no-deps tml-renderers==0.2.1 && pip install torch
    python3.11 test/golden/rust-json/make_golden.py

Writes beside this file:

    rust-json.json   of each object its text, the arguments of a call, and the parameters of a declared tool
    efforts.json     the 1,000 efforts 0.000, 0.001 … as they are written
"""

import json
import random
import struct
from pathlib import Path

import torch  # noqa: F401  tml_renderers binds to it
from tml_renderers import chat, v0
from tml_renderers.tokenizers import O200kBaseChatTokenizer

TOKENIZER = O200kBaseChatTokenizer()
RENDERER = v0.Renderer(TOKENIZER)

NUMBERS = """0 -0 1 -1 0.0 -0.0 40.0 1.50 1E5 1e-7 1e-6 1e-5 0.00001 0.000015 1e-4 1e15 1e16 1e17 -1e17 1.5e16 1e21 1e22 1e23 1e100
    9007199254740993 9007199254740993.0 4503599627370497.5 123456789012345678.0 1234567890123456.7 0.1000000000000000055 3.141592653589793
    9223372036854775807 9223372036854775808 18446744073709551615 18446744073709551616 18446744073709551617 -9223372036854775808
    -9223372036854775809 123456789012345678901234567890 -123456789012345678901234567890 99999999999999999999999 1e308
    1.7976931348623157e308 5e-324 2.2250738585072014e-308 2.2250738585072011e-308 1e-310 2.7715077941825975e-163 4.026380313612261e293""".split()

OBJECTS = [
    "{}", '{"":1," ":2}', '{"b":1,"a":2,"10":3,"9":4}', '{"a":1,"b":2,"a":3}', '{"z":{"y":1,"x":[{"b":1,"a":2}]},"A":null}',
    '{"\\u00e9":1,"\\ud83d\\ude00":true,"\\uffee":false}', '{"t":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f\\u2028é😀<|end_message|>"}',
    '{"l":[],"o":{},"n":[null,[1.0,{"a":"b"}]]}',
]  # fmt: skip


def text_of(spans, start, end):
    text = TOKENIZER.decode([token for span in spans for token in span.span.int_tokens])
    return text.split(start, 1)[1].rsplit(end, 1)[0]


def written(content, name=None):
    kind = chat.AuthorKind.System if name else chat.AuthorKind.Model
    message = chat.OpenAIMessage(author=chat.Author(kind, name), content=[content])
    return RENDERER.render_for_completion(chat.MessageList(message.to_messages()))[0]


def spellings(text):
    # As the cookbook gives them to the renderer: each argument as JSON, the parameters as a value.
    value = json.loads(text)
    arguments = [chat.ToolArg(name, json.dumps(each)) for name, each in value.items()]
    call = written(chat.InvokeTool(chat.StructuredToolCall("f", args=arguments)))
    declared = written(chat.ToolDeclareJson([chat.ToolSpecJson("function", "f", "", value)]), "tool_declare")
    return {
        "text": text,
        "arguments": text_of(call, '{"name":"f","args":', "}<|end_message|>"),
        "parameters": text_of(declared, '"parameters":', ',"type":"function"}]<|end_message|>'),
    }


def efforts():
    messages = [chat.Message(content=chat.Text("Hi"), author=chat.Author(chat.AuthorKind.User))]
    for thousandths in range(1000):
        spans, _parser = RENDERER.render_for_completion_with_effort(messages, thousandths / 1000)
        yield text_of(spans, "Thinking effort level: ", "<|end_message|><|message_user|>")


def random_number(made):
    if made.random() < 0.3:
        return str(made.getrandbits(made.randint(1, 90)) * made.choice([1, -1]))
    if made.random() < 0.5:
        return repr(round(made.random() * 10 ** made.randint(-8, 20), made.randint(1, 6)))
    value = float("inf")
    while value != value or abs(value) == float("inf"):
        (value,) = struct.unpack("d", struct.pack("Q", made.getrandbits(64)))
    return repr(value)


def main():
    made = random.Random(13)
    numbers = NUMBERS + [random_number(made) for _ in range(400)]
    cases = [spellings(text) for text in OBJECTS + [f'{{"n":{number}}}' for number in numbers]]
    here = Path(__file__)
    lines = ",\n".join(json.dumps(case) for case in cases)
    here.with_name("rust-json.json").write_text(f"[\n{lines}\n]\n")
    here.with_name("efforts.json").write_text(f"{json.dumps(list(efforts()))}\n")


if __name__ == "__main__":
    main()
