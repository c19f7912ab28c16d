"""How the Tinker cookbook's renderers of gpt-oss, DeepSeek, Qwen3.5 and Nemotron 3 declare tools and write calls.

    python3.11 test/golden/tool-prompts/make_golden.py

Needs tinker-cookbook 0.6.1. Writes tool-prompts.json beside this file:

    declared   of a list of tools and the words of a system message: the messages of
               `create_conversation_prefix_with_tools`, by renderer; null where it raises
    calls      of arguments: the call as renderers write it; null where they raise
"""

import json
import random
from pathlib import Path

from tinker_cookbook.renderers.base import ToolCall
from tinker_cookbook.renderers.deepseek_v3 import DeepSeekV3DisableThinkingRenderer
from tinker_cookbook.renderers.deepseek_v4_1 import DeepSeekV4_1Renderer, _render_tool_calls
from tinker_cookbook.renderers.gpt_oss import GptOssRenderer
from tinker_cookbook.renderers.nemotron3 import Nemotron3Renderer
from tinker_cookbook.renderers.qwen3_5 import Qwen3_5Renderer
from tinker_cookbook.renderers.qwen3_8 import Qwen3_8Renderer

# Each has one keyword, or two that meet.
PROPERTIES = {
    "bare": {},
    "words": {"type": "string", "title": "Words", "description": "One line.\nAnother — ünïcode"},
    "no_words": {"type": "string", "title": "", "description": "", "examples": []},
    "titled": {"type": "integer", "title": "N"},
    "shown": {"type": "string", "examples": ["a", "ä", 1.0, None, {"k": [True, 1e-7]}]},
    "choice": {"type": "string", "enum": ["a", "ä", "\"q\"", None, 1], "nullable": True},
    "no_choice": {"type": "string", "enum": []},
    "numbers": {"type": "number", "enum": [1, 2], "default": 1.0},
    "whole": {"type": "integer", "minimum": 0, "default": 0, "nullable": 1},
    "flag": {"type": "boolean", "default": False, "nullable": True},
    "not_nullable": {"type": "boolean", "default": None, "nullable": 0},
    "nothing": {"type": "null", "nullable": True},
    "other": {"type": "date"},
    "list": {"type": "array"},
    "lists": {"type": "array", "items": {"type": "array", "items": {"type": ["string", "integer", "null"]}}, "nullable": True},
    "listed": {"type": ["array", "object", "string"], "enum": ["x"], "items": {"type": "string"}},
    "no_type": {"type": []},
    "one_of": {"oneOf": [{"type": "string", "enum": ["x", "y"]}, {"type": "object", "properties": {"z": {}}}], "anyOf": [{}], "nullable": True},
    "any_of": {"type": "string", "anyOf": [{"type": "number"}, {"oneOf": [{"type": "boolean"}]}], "default": "é"},
    "none_of": {"oneOf": []},
    "object": {"type": "object"},
    "deep": {
        "type": "object", "description": "Deep", "required": ["2"],
        "properties": {"2": {"type": "object", "properties": {"b": {"type": "string", "default": "x"}}}, "1": {"type": "array", "items": {"type": "number"}}},
    },
}  # fmt: skip
PARAMETERS = [
    {"type": "object", "properties": PROPERTIES, "required": ["words", "choice", "deep", "absent"]},
    {"type": "object", "description": "What to look for", "properties": {"q": {"type": "string"}}},
    {"type": "object", "description": 3.0, "properties": {"q": {"description": ["a", None], "title": True}}, "required": []},
    {"type": "object", "properties": {}, "description": "None"},
    {"type": "object"},
    {"type": "array", "properties": {"q": {}}},
    {"properties": {"q": {"type": "string"}}},
    {},
]  # fmt: skip


def random_schema(made, depth=3):
    kinds = ["string", "number", "integer", "boolean", "null", "array", "object", ["string", "null"]]
    schema = {"type": made.choice(kinds)} if made.random() < 0.9 else {}
    if schema.get("type") == "object" or made.random() < 0.1:
        names = made.sample(["a", "b", "1", "0", "é", "long_name"], made.randint(0, 3)) if depth else []
        schema["properties"] = {name: random_schema(made, depth - 1) for name in names}
        schema["required"] = [name for name in names if made.random() < 0.5]
    if schema.get("type") == "array" and depth and made.random() < 0.8:
        schema["items"] = random_schema(made, depth - 1)
    if depth and made.random() < 0.1:
        schema[made.choice(["oneOf", "anyOf"])] = [random_schema(made, depth - 1) for _ in range(made.randint(1, 3))]
    scalars = ["a", "ä😀", "", 0, -1, 1.5, 1e-7, 1e22, True, False, None, [], {}, ["x", {"y": 1}]]
    for name, values in {
        "title": ["T", ""], "description": ["D", "two\nlines", ""], "nullable": [True, False], "default": scalars,
        "enum": [made.sample(scalars, 2)], "examples": [made.sample(scalars, 2), []],
    }.items():  # fmt: skip
        if made.random() < 0.2:
            schema[name] = made.choice(values)
    return schema


def tool(name, description, parameters):
    return {"name": name, "description": description, "parameters": parameters}


def attempt(make):
    try:
        return make()
    except (AttributeError, TypeError, ValueError):
        return None


def without_tokenizer(kind):
    return kind.__new__(kind)


def main():
    made = random.Random(7)
    lists = [[tool("f", "Does it.", parameters)] for parameters in PARAMETERS]
    lists += [[tool("a", "First", PARAMETERS[1]), {**tool("b", "", {}), "strict": True}, tool("c", "Third\nline", None)]]
    lists += [[tool("r", "Random", {**random_schema(made), "type": "object"})] for _ in range(40)]
    renderers = {
        "gpt_oss_no_sysprompt": GptOssRenderer(None),
        "deepseekv3": DeepSeekV3DisableThinkingRenderer(None),
        "deepseekv4_1": DeepSeekV4_1Renderer(None),
        "qwen3_5": without_tokenizer(Qwen3_5Renderer),
        "nemotron3": without_tokenizer(Nemotron3Renderer),
    }
    declared = [
        {
            "tools": [json.dumps(each, separators=(",", ":"), ensure_ascii=False) for each in tools],
            "system": system,
            **{
                name: attempt(lambda each=each: each.create_conversation_prefix_with_tools(tools, system))
                for name, each in renderers.items()
            },
        }
        for at, tools in enumerate(lists)
        for system in (["", "Be kind.\n"] if at < len(PARAMETERS) else [""])
    ]
    texts = [
        "{}", ' {"a" : "x\\n\\"y\\" ä", "b":1.0, "2":[1,{"k":"ä😀\\u2028"}],"1":null,"c":true,"d":"","e":{}} ', '{"a":1,"a":"2"}',
        '"{\\"twice\\":\\"encoded\\",\\"n\\":1E5}"', '"\\"{}\\""', "[1, 2]", '"text"', "null", "3", "", "no json", '{"broken": ', '{"k\\"":"v"}',
        '{"n":12345678901234567890,"z":-0.0,"s":"</｜DSML｜ parameter>"}',
    ]  # fmt: skip
    writers = {
        "deepseekv4_1": lambda call: _render_tool_calls([call]),
        "qwen3_5": without_tokenizer(Qwen3_5Renderer)._format_tool_call_xml,
        "qwen3_8_medium_reasoning": without_tokenizer(Qwen3_8Renderer)._format_tool_call_xml,
    }
    calls = [
        {
            "arguments": text,
            **{
                name: attempt(lambda: write(ToolCall(function=ToolCall.FunctionBody(name="f", arguments=text))))
                for name, write in writers.items()
            },
        }
        for text in texts
    ]
    content = json.dumps({"declared": declared, "calls": calls}, ensure_ascii=False, separators=(",", ":"))
    Path(__file__).with_name("tool-prompts.json").write_text(content + "\n")


if __name__ == "__main__":
    main()
