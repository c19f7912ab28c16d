"""Tools as Kimi K2.5 declares them, written by the cookbook's copy of Kimi's own encoder (tinker-cookbook 0.6.1).

    python3.11 test/golden/kimi-tools/make_golden.py

Writes kimi-tools.json beside this file: of each tool its function as JSON, and the declaration; null where the encoder
raises an error.
"""

import json
import logging
import random
from pathlib import Path

from tinker_cookbook.renderers.kimi_k2_5_tool_declaration_ts import encode_tools_to_typescript_style

logging.disable(logging.CRITICAL)

TYPES = ["string", "integer", "number", "boolean", "null", "object", "array"]
WORDS = ["", "City name", "Two\n\nlines ", "“quoted” — ünïcode 😀", "  spaced  "]
VALUES = [None, True, False, 0, 1, -3, 1.0, 2.5, 1e-7, 1e16, "", "é", 'a "b"', [], ["a", 1], {}, {"b": 1, "a": None}]
NAMES = ["city", "a", "B", "10", "9", "é", "😀", "\uffee", "with space", "$x"]


def schema(made, depth, names):
    kind = made.randrange(13)
    out = {}
    if made.random() < 0.4:
        out["description"] = made.choice(WORDS)
    if made.random() < 0.3:
        out["default"] = made.choice(VALUES)
    if kind == 0:
        return made.choice([True, False, {}])
    if kind == 1 and names:
        return {**out, "$ref": made.choice([f"#/$defs/{name}" for name in names] * 4 + ["#", "#/$defs/None", "other"])}
    if kind == 2:
        values = [made.choice(VALUES[:13]) for _ in range(made.randint(0, 3))]
        kinds = ["string", "number", "integer", "boolean", ["string"], ["string", "null"], ["null", "number"], ["string", "number"]]
        return {**out, "enum": values, **({"type": made.choice(kinds)} if made.random() < 0.5 else {})}
    if kind == 3:
        return {**out, "type": made.sample(TYPES, made.randint(1, 3))}
    if depth == 0 or kind < 7:
        bounds = {"minLength": 1, "maxLength": 9.5, "pattern": "^a\\d$", "minimum": -1, "maximum": 1e21, "minItems": 0, "format": "date"}
        given = {name: bounds[name] for name in made.sample(sorted(bounds), made.randint(0, 3))}
        return {**out, "type": made.choice(TYPES[:5] + ["any"]), **given}
    if kind == 7:
        return {**out, "anyOf": [schema(made, depth - 1, names) for _ in range(made.randint(1, 3))]}
    if kind < 10:
        items = {"items": schema(made, depth - 1, names)} if made.random() < 0.8 else {}
        bounds = {"minItems": 1, "maxItems": 4} if made.random() < 0.3 else {}
        return {**out, "type": "array", **items, **bounds}
    return {**out, "type": "object", **members(made, depth - 1, names)}


def members(made, depth, names):
    out = {}
    if made.random() < 0.8:
        properties = made.sample(NAMES, made.randint(0, 4))
        out["properties"] = {name: schema(made, depth, names) for name in properties}
        if made.random() < 0.7:
            out["required"] = made.sample(NAMES, made.randint(0, 4))
    if made.random() < 0.3:
        out["additionalProperties"] = made.choice([True, False, None, schema(made, depth, names)])
    return out


def tool(made):
    out = {"name": made.choice(["get_weather", "f", "é"])}
    if made.random() < 0.8:
        out["description"] = made.choice(WORDS)
    names = made.sample(["Node", "Leaf", "T"], made.choice([0, 0, 1, 2]))
    parameters = {"type": "object", "description": "not written", **members(made, 3, names)}
    if names:
        parameters["$defs"] = {name: schema(made, 2, names) for name in names}
    if made.random() < 0.95:
        out["parameters"] = parameters
    return out


TREE = {
    "name": "grow",
    "description": "Grow a tree.",
    "parameters": {
        "type": "object",
        "properties": {
            "root": {"$ref": "#/$defs/Node", "description": "Where it begins"},
            "again": {"$ref": "#"},
            "limits": {"type": "object", "additionalProperties": {"type": "integer"}},
            "kind": {"enum": ["a", 1, None, True]},
            "10": {"type": "string", "maxLength": 5, "minLength": 1, "default": "é"},
            "9": {"type": "array"},
            "never": {"type": "array", "items": {"type": "array", "items": {"type": "string", "description": "word"}, "maxItems": 2}},
        },
        "required": ["root", "kind"],
        "$defs": {"Node": {"type": "object", "description": "A node", "properties": {"v": {"type": "integer", "maximum": 9}}}},
    },
    "strict": True,
}  # fmt: skip

NOT_WRITTEN = [
    {"name": "f", "parameters": {"properties": {"a": {"description": "no type"}}}},
    {"name": "f", "parameters": {"properties": {"a": {"type": ["string", "any"]}}}},
    {"name": "f", "parameters": {"properties": {"a": {"enum": [1], "type": "string"}}}},
    {"name": "f", "parameters": {"properties": {"a": {"type": "array", "items": [{"type": "string"}]}}}},
    {"name": "f", "parameters": {"properties": {"a": {"$ref": "#/definitions/A"}}}},
    {"name": "f", "parameters": {"properties": ["a"]}},
    {"name": "f", "parameters": {"additionalProperties": 3}},
]


def declared(function):
    try:
        return encode_tools_to_typescript_style([{"type": "function", "function": function}])
    except Exception:  # noqa: BLE001  the encoder raises errors of many kinds
        return None


def main():
    made = random.Random(5)
    tools = [TREE, {"name": "now", "parameters": {}}, *NOT_WRITTEN, *(tool(made) for _ in range(250))]
    cases = [{"tool": json.dumps(each, ensure_ascii=False), "declared": declared(each)} for each in tools]
    lines = ",\n".join(json.dumps(case) for case in cases)
    Path(__file__).with_name("kimi-tools.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
