"""The rows of a source: read from its files, filtered, and those of a dialogue brought together."""
import json, re
from conversation_rule import Reject
from spelled_json import is_number, read_row, with_nulls

MARK = b"\xef\xbb\xbf"


def rows_of(files):
    """Every row, as bytes or parsed, with its place."""
    for file, path in enumerate(files):
        data = open(path, "rb").read()
        if is_list(data[:65536]):
            yield from (((file, at), row) for at, row in enumerate(read_row(without_start(data).decode()), 1))
            continue
        for at, line in enumerate(data.split(b"\n"), 1):
            while line.startswith(MARK):
                line = line[3:]
            line = line[:-1] if line.endswith(b"\r") else line
            if line.strip(b" \t"):
                yield (file, at), line


def without_start(data):
    """Without the byte order marks and white space at the start."""
    while data[:1] in (b" ", b"\t", b"\r", b"\n") or data.startswith(MARK):
        data = data[3 if data.startswith(MARK) else 1:]
    return data


def is_list(head):
    """One JSON list, whatever the file is called."""
    line, _, rest = without_start(head).partition(b"\n")
    if not line.startswith(b"["):
        return False
    if not without_start(rest):
        return True
    try:
        read_row(line.decode(errors="replace"))
        return False
    except ValueError:
        return True


def parsed(row, counts):
    try:
        row = read_row(row.decode("utf-8")) if isinstance(row, bytes) else row
    except UnicodeDecodeError:
        raise Reject("bad_utf8")
    except ValueError:
        raise Reject("bad_json")
    if not isinstance(row, dict):
        raise Reject("no_messages")
    row, found = with_nulls(row)
    counts["nonFinite"] += found
    return row


def kind(value):
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__


def passes(source, row):
    for name, condition in source.get("filter", {}).items():
        if source["format"] == "lmsys" and name == "flagged":
            turns = row.get(source["columns"]["openai_moderation"])
            value = any(isinstance(t, dict) and t.get("flagged") is True for t in turns) if isinstance(turns, list) else None
        else:
            value = row.get(name)
        if value is None:
            return False
        if isinstance(condition, dict) and "matches" in condition:
            ok = isinstance(value, str) and re.search(condition["matches"], value) is not None
        elif isinstance(condition, dict):
            ok = kind(value) == "number" and condition.get("min", value) <= value <= condition.get("max", value)
        else:
            wanted = condition if isinstance(condition, list) else [condition]
            ok = any(kind(w) == kind(value) and w == value for w in wanted)
        if not ok:
            return False
    return True


def is_id(value):
    return is_number(value) and value.is_integer() and abs(value) < 2**53


def equal_in(names, *rows):
    return len({json.dumps([row.get(name) for name in names], sort_keys=True) for row in rows}) == 1


def dialogues(source, rule, counts):
    """Of every dialogue, or row that is not part of one: its place, and the conversation, none if filtered, or Reject."""
    column, found = source["columns"], {}
    for place, row in rows_of(source["files"]):
        counts["rows"] += 1
        try:
            row = parsed(row, counts)
            ids = [row.get(column[c]) for c in ("dialogue_id", "response_id")]
            if not all(map(is_id, ids)):
                raise Reject("no_messages")
            found.setdefault(ids[0], []).append((ids[1], row, place))
        except Reject as reject:
            yield place, reject
    names = [column["context"], column["response"], *source.get("filter", {})]
    for rows in found.values():
        place, turns = rows[0][2], {}
        for number, row, _ in rows:
            turns.setdefault(number, row)
        if not all(equal_in(names, row, turns[number]) for number, row, _ in rows):
            yield place, Reject("conflicting_turns")
            continue
        counts["collapsedRows"] += len(rows) - len(turns)
        kept = [turns[number] for number in sorted(turns)]
        if not all(passes(source, row) for row in kept):
            yield place, None
            continue
        try:
            yield place, rule.of_turns([[row.get(column["context"]), row.get(column["response"])] for row in kept])
        except Reject as reject:
            yield place, reject
            continue
        counts["gaps"] += sorted(turns) != list(range(len(turns)))
        counts["unfinished"] += not any(row.get(column["episode_done"]) is True for _, row, _ in rows)


def conversations(source, rule, counts):
    """The same of every row."""
    for place, row in rows_of(source["files"]):
        counts["rows"] += 1
        try:
            row = parsed(row, counts)
            yield place, rule.of_row(row) if passes(source, row) else None
        except Reject as reject:
            yield place, reject
