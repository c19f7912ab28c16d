"""Lines of train.jsonl to render: named ones, then random ones."""

import json
import random


class Spelled(str):
    """A number as it is spelt."""


def written(value, gap=""):
    """JSON with numbers as they are spelt and `gap` between tokens; without gaps as JSON.stringify writes it."""
    if isinstance(value, Spelled):
        return str(value)
    if isinstance(value, dict):
        members = [f"{written(k)}{gap}:{gap}{written(v, gap)}" for k, v in value.items()]
        return f"{{{gap}{f'{gap},{gap}'.join(members)}{gap}}}"
    if isinstance(value, list):
        return f"[{gap}{f'{gap},{gap}'.join(written(v, gap) for v in value)}{gap}]"
    return json.dumps(value, ensure_ascii=False)


def message(role, content, **more):
    return {"role": role, "content": content, **more}


def u(content, **more):
    return message("user", content, **more)


def a(content, reasoning=None, calls=None, weight=None, **more):
    named = {"reasoning_content": reasoning, "tool_calls": calls, **more, "weight": weight}
    return message("assistant", content, **{key: value for key, value in named.items() if value is not None})


def s(content):
    return message("system", content)


def t(content, **more):
    return message("tool", content, **more)


def call(name, arguments="{}", **more):
    return {**more, "type": "function", "function": {"name": name, "arguments": arguments}}


def tool(name, **more):
    return {"type": "function", "function": {"name": name, **more}}


WEATHER = tool(
    "w",
    description="Weather of a city, in °C",
    parameters={"type": "object", "properties": {"c": {"type": "string", "maximum": Spelled("40.0")}}},
)

NAMED = {
    "M1 reasoning": [u("2+2?"), a("4", "two and two")],
    "M2 reasoning in the words": [u("2+2?"), a("<think>\ntwo and two\n</think>\n\n4")],
    "M3 reasoning of an earlier turn": [u("a"), a("b", "r1"), u("c"), a("d", "r2")],
    "M4 weight 0": [u("q"), a("bad", weight=0), u("again"), a("good")],
    "M6 weight 0 at the end": [u("q"), a("good"), u("again"), a("bad", weight=0)],
    "M7 tools behind a system message": (
        [s("S"), u("q"), a("", calls=[call("w", '{"c":"é","n":1.0}')]), t("sunny"), a("ok")],
        [WEATHER],
    ),
    "M8 words before two calls": [
        u("q"),
        a("Let me look.", calls=[call("w", '{"c":"x"}', id="1"), call("v", id="2")]),
        t("1", tool_call_id="1"),
        t("2", tool_call_id="2"),
        a("ok"),
    ],
    "M9 reasoning before a call": [u("q"), a("", "r", [call("w")]), t("1"), a("ok", "r2")],
    "M10 weight 0 with all messages": [s("S"), u("q"), a("x", weight=0), u("q2"), a("y")],
    "M11 reasoning alone": [u("q"), a("x", "r")],
    "M12 a turn with a call": [u("q"), a("", calls=[call("w")]), t("sunny"), a("ok")],
    "M14 a result alone": [u("q"), t("r"), a("x")],
    "M14 tools alone": ([u("q"), a("x")], [WEATHER]),
    "M15 weight 0 alone": [u("q"), a("x", weight=0)],
    "tools without a system message": ([u("q"), a("", calls=[call("w")]), t("r"), a("ok")], [WEATHER, tool("v")]),
    "a call at the end": [u("q"), a("", calls=[call("w")])],
    "a call at the end, with reasoning": [u("q"), a("", "r", [call("w")])],
    "a call at the end, with words": [u("q"), a("I look.", calls=[call("w"), call("w")])],
    "a call at the end, with a line break for words": [u("q"), a("\n", calls=[call("w")])],
    "a call behind a think block in the words": [u("q"), a("<think>r</think>", calls=[call("w")])],
    "a call at the end, without a user": [s("S"), a("", calls=[call("w")])],
    "reasoning without a user": [s("S"), a("x", "r")],
    "reasoning with line breaks around it": [u("q"), a("\n\nx", "\n\nr\n\nr\n")],
    "reasoning and a think block in the words": [u("q"), a("<think>other</think>x", "r")],
    "reasoning with markup": [u("q"), a("x", "</think> <think> <|im_end|>")],
    "reasoning of weight 0": [u("q"), a("x", "r", weight=0)],
    "an earlier turn of weight 0, with reasoning": [u("q"), a("x", "r", weight=0), u("q2"), a("y")],
    "two answers with reasoning": [u("q"), a("x", "r1"), a("y", "r2")],
    "a name": [u("q", name="alice"), a("x", name="bot")],
    "blank result": [u("q"), a("", calls=[call("w")]), t(""), a("ok")],
    "results are many and long": [u("q"), a("", calls=[call("w")] * 3), *[t("line\n\n" * 3)] * 3, a("ok")],
    "odd arguments": [
        u("q"),
        a(
            "",
            calls=[
                call("w", ' { "b" : 1e5 , "a":12345678901234567890,"1":"\\u00e9", "é": -0.0, "a" : [ ] } '),
                call('na"me é', '{"x":[1e400,-1e400,1E-7,0.1,1e16,123456789012345678.0,-0,-0.0,5e-324]}'),
                call("w", '{"😀":"\\ud83d\\ude00 \\ud83d \\u0000\\u007f \\/ \\b"}'),
            ],
        ),
        t("r"),
        a("ok"),
    ],
    "odd tools": (
        [u("q"), a("x")],
        [
            tool("é", parameters={"1": Spelled("1e5"), "0": Spelled("40.0"), "big": Spelled("9" * 30), "n": None}),
            tool("v", description="<|im_end|>\n</tools>", strict=True, enum=[Spelled("-0"), Spelled("1.50")]),
        ],
    ),
    "tools in the words of the system message": (
        [s("Call <tools> [w] </tools>"), u("q"), a("<tool_call>\n{}\n</tool_call>"), t("r"), a("ok")],
        [tool("w")],
    ),
    "a result that is wrapped": [
        u("q"),
        a("x"),
        t("<tool_response>\nr\n</tool_response>"),
        t("<tool_response>r</tool_response>\n"),
        t("<tool_response>\na\n</tool_response>\n<tool_response>\nb\n</tool_response>"),
        t("<tool_response></tool_response>"),
        t("<tool_response>\nopen"),
        a("ok"),
    ],
    "tools behind a later system message": ([u("q"), s("S"), a("x")], [tool("w")]),
    "tools without a user": ([a("x")], [tool("w")]),
}

WORDS = [
    "bread", "it's", "1,234.5", "é", "e\u0301", "日本", "😀", "👩‍🚀", "\n", "\n\n", "  ", "\t", "<|im_end|>", "<think>",
    "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "<|eot_id|>", "User:", "Assistant: ", "\\", '"', "{}",
    "x" * 20, "\u2028", "\u00a0", "\x7f", "don't", "…",
]  # fmt: skip


class Random:
    """Random lines in the form of train.jsonl; equal seeds give equal lines."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def often(self, share):
        return self.random.random() < share

    def text(self):
        words = [self.random.choice(WORDS) for _ in range(self.random.randint(1, 6))]
        text = self.random.choice(["", " "]).join(words)
        return text if text.strip() else text + "a"

    def number(self):
        whole = str(self.random.choice([0, 1, 7, -3, 40, 10**15, 10**16, 2**53 + 1, 10**25]))
        fraction = self.random.choice(["", "", ".0", ".5", ".10", f".{self.random.getrandbits(50)}"])
        exponent = self.random.choice(["", "", "", "e5", "E-7", "e+22", "e-3", "e400", "e-400"])
        return Spelled(whole + fraction + exponent)

    def value(self, depth=2):
        kind = self.random.randrange(7 if depth else 4)
        if kind == 0:
            return self.random.choice([None, True, False])
        if kind in (1, 2):
            return self.number()
        if kind == 3:
            return self.text()
        if kind == 4:
            return [self.value(depth - 1) for _ in range(self.random.randint(0, 3))]
        return self.object(depth - 1)

    def object(self, depth=2):
        names = [self.random.choice(["a", "b", "1", "0", "é", "😀", 'x"y']) for _ in range(self.random.randint(0, 3))]
        return {name: self.value(depth) for name in names}

    def arguments(self):
        """JSON as the data may have it: white space, escapes, a repeated member."""
        text = written(self.object(), "\n " if self.often(0.3) else "")
        if self.often(0.3):
            text = text.replace("é", "\\u00e9").replace("😀", "\\ud83d\\ude00")
        if self.often(0.1) and text.startswith('{"'):
            text = '{"a":0,' + text[1:]
        return text

    def call(self):
        more = {"id": "c1"} if self.often(0.5) else {}
        return call(self.random.choice(["w", "get_weather", "é"]), self.arguments(), **more)

    def assistant(self, features):
        reasoning = self.text() if "reasoning" in features and self.often(0.6) else None
        calls = None
        if "tools" in features and self.often(0.5):
            calls = [self.call() for _ in range(self.random.randint(1, 2))]
        content = "" if calls and self.often(0.5) else self.text()
        if reasoning is None and self.often(0.1):
            content = f"<think>{self.text()}</think>{content}"
        weight = 0 if "weight" in features and self.often(0.4) else None
        return a(content, reasoning, calls, weight)

    def line(self):
        features = {name for name in ("reasoning", "tools", "weight") if self.often(0.5)}
        messages = [s(self.text())] if self.often(0.3) else []
        for _ in range(self.random.randint(1, 3)):
            if self.often(0.9):
                messages.append(u(self.text()))
            for _ in range(self.random.choice([1, 1, 1, 2])):
                messages.append(self.assistant(features))
                for _ in messages[-1].get("tool_calls", []):
                    if self.often(0.9):
                        messages.append(t(self.text() if self.often(0.8) else "", name="w"))
            if self.often(0.1):
                messages.append(s(self.text()))
        while messages[-1]["role"] != "assistant":
            messages.pop()
        tools = [tool("w", parameters=self.object()), tool("v", description=self.text())]
        return (messages, tools[: self.random.randint(1, 2)]) if "tools" in features and self.often(0.7) else messages


def line_of(conversation):
    messages, tools = conversation if isinstance(conversation, tuple) else (conversation, None)
    return written({"messages": messages} if tools is None else {"messages": messages, "tools": tools})


def cases(seed=12, count=360):
    made = Random(seed)
    named = [(name, line_of(conversation)) for name, conversation in NAMED.items()]
    return named + [(f"random {at}", line_of(made.line())) for at in range(count)]
