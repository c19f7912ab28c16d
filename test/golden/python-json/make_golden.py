"""JSON texts and how Python spells them: `json.dumps(json.loads(text))`.

    python3.11 test/golden/python-json/make_golden.py

Writes python-json.json beside this file: pairs of a text and its spelling.
"""

import json
import random
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
    "null", "true", "false", "[]", "{}", " [ ] ", "\t{\n}\r\n", "[[],{}]", '{"a":{},"b":[]}', '{"a" : 1 , "b" : [ 1 , 2 ] }',
    '{"b":1,"a":2,"10":3,"9":4,"-1":5}', '{"a":1,"b":2,"a":3}', '{"a":1,"\\u0061":2}', '{"é":1,"\\u00e9":2}',
    '{"":0}', '{"__proto__":1,"constructor":2}', '{"__proto__":{"a":1},"toString":null}', '[1,1.0,1e0,"1"]',
    '{"a":[{"b":[{"c":[1.0,null,true,"é"]}]}]}',
]  # fmt: skip


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
        units = [made.choice([chr(made.randrange(32, 127)), chr(made.randrange(128, 0xD800)), chr(made.randrange(0x10000, 0x11000)), "\n", "\x00"]) for _ in range(made.randint(0, 6))]
        return json.dumps("".join(units), ensure_ascii=made.random() < 0.5)
    items = [random_text(made, depth - 1) for _ in range(made.randint(0, 3))]
    if kind == 5:
        return f"[{gap}{f'{gap},{gap}'.join(items)}{gap}]"
    members = [f"{json.dumps(made.choice(['a', 'b', '1', '0', 'é', '😀']))}{gap}:{gap}{item}" for item in items]
    return f"{{{gap}{f'{gap},{gap}'.join(members)}{gap}}}"


def main():
    made = random.Random(11)
    texts = NUMBERS + TEXTS + [random_text(made) for _ in range(400)]
    pairs = [[text, json.dumps(json.loads(text))] for text in texts]
    lines = ",\n".join(json.dumps(pair, ensure_ascii=True) for pair in pairs)
    Path(__file__).with_name("python-json.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
