"""JSON that keeps the spelling of its numbers."""
import json, re, sys

sys.setrecursionlimit(20_000)

# Unicode's White_Space property, and the byte order mark
BLANK = "".join(map(chr, [*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B),
                          0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF]))


class Number(float):
    def __new__(cls, text):
        number = super().__new__(cls, text)
        number.text = text
        return number


def no_constant(name):
    raise ValueError(name + " is no JSON")


def read(text):
    """An object keeps the first place and the last value of a repeated member."""
    return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=no_constant)


class NonFinite:
    """Stands for NaN, Infinity and -Infinity, which JSON does not have."""


NON_FINITE = NonFinite()


def read_row(text):
    """JSON as Python's module writes it, too."""
    return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=lambda name: NON_FINITE)


def with_nulls(value):
    """The value with null for what is not finite, and whether there was any."""
    if value is NON_FINITE:
        return None, True
    if isinstance(value, list):
        members = [with_nulls(member) for member in value]
        return [member for member, _ in members], any(found for _, found in members)
    if isinstance(value, dict):
        members = {name: with_nulls(member) for name, member in value.items()}
        return {name: member for name, (member, _) in members.items()}, any(found for _, found in members.values())
    return value, False


def compact(value):
    """JSON without white space, its strings as JSON.stringify writes them: half a surrogate pair is escaped."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(compact(name) + ":" + compact(member) for name, member in value.items()) + "}"
    text = json.dumps(value, ensure_ascii=False)
    return re.sub("[\ud800-\udfff]", lambda half: "\\u%04x" % ord(half[0]), text)


def joined(texts):
    """Halves of a surrogate pair that meet are a pair."""
    return "".join(texts).encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def is_blank(text):
    return not text.strip(BLANK)


def is_number(value):
    return isinstance(value, float)


def says_nothing(value):
    if isinstance(value, str):
        return is_blank(value)
    if isinstance(value, (list, dict)):
        return all(map(says_nothing, value.values() if isinstance(value, dict) else value))
    return value is None


def says(value):
    """Where something optional is looked for."""
    return not says_nothing(value) and not isinstance(value, (float, bool))


def structure(value):
    """A list or an object that is JSON in a text."""
    try:
        return read(value) if isinstance(value, str) else value
    except ValueError:
        return value


def is_too_deep(value):
    """More than 500 levels of lists and objects."""
    level = [value]
    for _ in range(501):
        level = [v for v in level if isinstance(v, (list, dict))]
        if not level:
            return False
        level = [member for v in level for member in (v.values() if isinstance(v, dict) else v)]
    return True
