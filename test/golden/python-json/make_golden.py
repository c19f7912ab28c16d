"""JSON texts and how Python spells their values, and the white space of `str.strip`.

    python3.11 test/golden/python-json/make_golden.py

Writes beside this file:

    python-json.json   of each text the spellings of its value: `json.dumps` in four styles, and `str`
    white-space.json   the code points of which `str.isspace` is true
"""

import json
import random
import unicodedata
from pathlib import Path

NUMBERS = """0 -0 1 -1 40 40.0 1.0 -1.0 0.0 -0.0 0e0 -0e5 1e5 1E5 1e+5 1e-5 1.50 0.1 0.2 0.30000000000000004 100e-2
    1e15 1e16 1e17 9999999999999998.0 99999999999999990.0 123456789012345678.0 1234567890123456.7 1e20 1e21 1e22 1e23
    1e-3 1e-4 1e-5 1e-6 1e-7 0.0001 0.00001 0.00012345 0.000012345 1.5e-7 1e100 1e-100 1e308 1.7976931348623157e308
    1e309 1e400 -1e400 5e-324 4.9e-324 2e-324 2.2250738585072014e-308 2.2250738585072011e-308 1e-400 -1e-400
    9007199254740993 9007199254740993.0 12345678901234567890 -12345678901234567890 12345678901234567890.0
    123456789012345678901234567890 0.1e1 10.0e1 1.0e0 2.5e+10 2.5E-10 179769313486231570814527423731704356798070e267
    0.1000000000000000055511151231257827 3.141592653589793238462643383279 1e0000005""".split()

TEXTS = [
    '""', '"a"', '"é"', '"\\u00e9"', '"\\u00E9"', '"日本"', '"😀"', '"\\ud83d\\ude00"', '"\\ud83d"', '"\\ude00\\ud83d"',
    '"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"/"', '"\\u0000\\u001f"', '"\x7f\x80\xa0"', '"\u2028\u2029\ufeff\uffff"', '"<tag> & \'q\'"',
    '"it\'s"', '"\'\\"\'"', '["it\'s", "\\"q\\"", "\'\\"", "\\\\ \\t\\n\\r\\u0000\\u001f\\u007f\\u0085\\u00a0\\u00ad\\u200b\\u2028\\u3000\\ufeff"]',
    '["\\ue000", "\\ud83d\\ude00", "\\udb40\\udc41", "\\ud83d", "e\\u0301", "\\uffff"]', '{"type":["string","null"],"it\'s":[1.0,{"x":true}]}',
    '{"\\ud83d\\ude00":1,"\\uffff":2,"\\ue000":3,"a":4,"A":5,"":6,"aa":7,"\\u00e9":8}', '{"b":{"d":1,"c":[{"f":1,"e":2}]},"a":0}',
    "null", "true", "false", "[]", "{}", " [ ] ", "\t{\n}\r\n", "[[],{}]", '{"a":{},"b":[]}', '{"a" : 1 , "b" : [ 1 , 2 ] }',
    '{"b":1,"a":2,"10":3,"9":4,"-1":5}', '{"a":1,"b":2,"a":3}', '{"a":1,"\\u0061":2}', '{"é":1,"\\u00e9":2}',
    '{"":0}', '{"__proto__":1,"constructor":2}', '{"__proto__":{"a":1},"toString":null}', '[1,1.0,1e0,"1"]',
    '{"a":[{"b":[{"c":[1.0,null,true,"é"]}]}]}',
]  # fmt: skip


def assigned(made, start, stop):
    """A character that every version of Python knows: `str` of a list escapes those that it does not know."""
    while True:
        character = chr(made.randrange(start, stop))
        if unicodedata.ucd_3_2_0.category(character) != "Cn":
            return character


def random_text(made, depth=3):
    kind = made.randrange(8 if depth else 5)
    gap = made.choice(["", "", " ", "\n\t"])
    if kind == 0:
        return made.choice(["null", "true", "false"])
    if kind in (1, 2):
        whole = made.choice(["0", "-0", str(made.getrandbits(made.choice([1, 10, 53, 64, 100])) + 1)])
        fraction = made.choice(["", "", f".{made.getrandbits(60):0{made.randint(1, 19)}d}"])
        exponent = made.choice(["", "", f"{made.choice('eE')}{made.choice(['', '+', '-'])}{made.randint(0, 330)}"])
        return whole + fraction + exponent
    if kind in (3, 4):
        units = [made.choice([chr(made.randrange(32, 127)), assigned(made, 128, 0xD800), assigned(made, 0x10000, 0x11000), "\n", "\x00"]) for _ in range(made.randint(0, 6))]
        return json.dumps("".join(units), ensure_ascii=made.random() < 0.5)
    items = [random_text(made, depth - 1) for _ in range(made.randint(0, 3))]
    if kind == 5:
        return f"[{gap}{f'{gap},{gap}'.join(items)}{gap}]"
    members = [f"{json.dumps(made.choice(['a', 'b', '1', '0', 'é', '😀']))}{gap}:{gap}{item}" for item in items]
    return f"{{{gap}{f'{gap},{gap}'.join(members)}{gap}}}"


def spellings(text):
    value = json.loads(text)
    return {
        "text": text,
        "plain": json.dumps(value),
        "raw": json.dumps(value, ensure_ascii=False),
        "compact": json.dumps(value, separators=(",", ":"), ensure_ascii=False),
        "sorted": json.dumps(value, separators=(",", ":"), sort_keys=True),
        "str": str(value),
    }


def main():
    made = random.Random(11)
    texts = NUMBERS + TEXTS + [random_text(made) for _ in range(400)]
    lines = ",\n".join(json.dumps(spellings(text)) for text in texts)
    here = Path(__file__)
    here.with_name("python-json.json").write_text(f"[\n{lines}\n]\n")
    spaces = [code for code in range(0x110000) if chr(code).isspace()]
    here.with_name("white-space.json").write_text(f"{json.dumps(spaces)}\n")


if __name__ == "__main__":
    main()
