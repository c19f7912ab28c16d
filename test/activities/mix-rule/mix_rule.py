"""The mix rule, stated a second time, without Headrace's code: for checking it, or a mix of yours.

Reads a JSON list of cases from standard input and writes a JSON list of results:
  case   {"seed", "heldout": {"fraction", "rows"?}, "mix_rows"?, "rows_per_source"?, "sources": [source, ...]}
  source {"name", "files": [path, ...], "format", "columns", "roles"?, "filter"?, "rows"?, "share"?, "repeat"?}
  result {"train", "heldout": text of the files, "sources": [counts, ...]}, or {"error": why}
`columns` has the name in the files of every standard column. Files are JSON lines, or, where they begin with "[" and
are called .json, one JSON list.
"""
import hashlib, json, re, sys

ROLES = {"human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant",
         "bot": "assistant", "model": "assistant", "system": "system"}
# Unicode's White_Space property, and the byte order mark
BLANK = set(map(chr, [*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B),
                      0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF]))
LISTS = {"messages": ("messages", "role", "content"), "lmsys": ("conversation", "role", "content"),
         "magpie": ("conversations", "from", "value"), "sharegpt": ("conversations", "from", "value")}


class Reject(Exception):
    pass


def no_constant(name):
    raise ValueError(name + " is no JSON")


def is_blank(text):
    return all(c in BLANK for c in text)


def lines_of(path):
    data = open(path, "rb").read()
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    if path.endswith(".json") and data.lstrip(b" \t\r\n").startswith(b"["):
        return [json.dumps(row).encode() for row in json.loads(data)]
    lines = [line[:-1] if line.endswith(b"\r") else line for line in data.split(b"\n")]
    return [line for line in lines if line.strip(b" \t")]


def parse(line):
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise Reject("bad_utf8")
    try:
        row = json.loads(text, parse_constant=no_constant)
    except ValueError:
        raise Reject("bad_json")
    if not isinstance(row, dict):
        raise Reject("no_messages")
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


def raw_messages(source, row):
    column = source["columns"]
    if source["format"] in LISTS:
        name, role, content = (column[c] for c in LISTS[source["format"]])
        found = row.get(name)
        if not isinstance(found, list) or not found or not all(isinstance(m, dict) for m in found):
            raise Reject("no_messages")
        return [(m.get(role), m.get(content)) for m in found]
    if source["format"] == "alpaca":
        user, extra = row.get(column["instruction"]), row.get(column["input"])
        if extra is not None and not isinstance(extra, str):
            user = None
        elif isinstance(user, str) and extra is not None and not is_blank(extra):
            user += "\n\n" + extra
        return [("user", user), ("assistant", row.get(column["output"]))]
    return [("user", row.get(column["prompt"])), ("assistant", row.get(column["response"]))]


def conversation(source, raw):
    roles = {**ROLES, **{k.lower(): v for k, v in source.get("roles", {}).items()}}
    mapped = []
    for role, content in raw:
        if not isinstance(role, str) or role.lower() not in roles:
            raise Reject("unknown_role")
        mapped.append((roles[role.lower()], content))
    assistants = [i for i, (role, _) in enumerate(mapped) if role == "assistant"]
    if assistants:
        mapped = mapped[: assistants[-1] + 1]
    if not all(isinstance(content, str) for _, content in mapped):
        raise Reject("content_not_text")
    if not assistants:
        raise Reject("no_assistant")
    if any(is_blank(content) for _, content in mapped):
        raise Reject("blank_content")
    if any(0xD800 <= ord(c) <= 0xDFFF for _, content in mapped for c in content):
        raise Reject("lone_surrogate")
    return mapped


def grouped(source, lines, counts):
    """Rows of a dialogue become one list of raw messages; yields it, or the Reject that the dialogue is."""
    column, dialogues = source["columns"], {}
    for line in lines:
        counts["rows"] += 1
        try:
            row = parse(line)
            ids = [row.get(column[c]) for c in ("dialogue_id", "response_id")]
            if not all(kind(i) == "number" and i == int(i) for i in ids):
                raise Reject("no_messages")
            dialogues.setdefault(int(ids[0]), []).append((int(ids[1]), row))
        except Reject as reject:
            yield reject, None
    names = [column["context"], column["response"], *source.get("filter", {})]
    for rows in dialogues.values():
        seen, turns = {}, {}
        for number, row in rows:
            same = json.dumps([row.get(n) for n in names], sort_keys=True)
            if seen.setdefault(number, same) != same:
                yield Reject("conflicting_turns"), None
                break
            turns.setdefault(number, row)
        else:
            counts["collapsedRows"] += len(rows) - len(turns)
            kept = [turns[number] for number in sorted(turns)]
            if not all(passes(source, row) for row in kept):
                yield None, None
                continue
            odd = (sorted(turns) != list(range(len(turns))),
                   not any(row.get(column["episode_done"]) is True for _, row in rows))
            yield [m for row in kept for m in (("user", row.get(column["context"])), ("assistant", row.get(column["response"])))], odd


def plain(source, lines, counts):
    for line in lines:
        counts["rows"] += 1
        try:
            row = parse(line)
            yield raw_messages(source, row) if passes(source, row) else None, None
        except Reject as reject:
            yield reject, None


def sha256(data):
    return hashlib.sha256(data).digest()


def quotas(case, available):
    sources = case["sources"]
    parts = [round(s["share"] * 10**6) if "share" in s else None for s in sources]
    total = sum(p for p in parts if p is not None)
    limit = case.get("rows_per_source", float("inf"))
    if any(p is None for p in parts):
        given = [min(a, s.get("rows", a)) for s, a in zip(sources, available)]
        fixed = sum(g for g, p in zip(given, parts) if p is None)
        if "mix_rows" in case or total >= 10**6 or (fixed == 0 and any(p is not None for p in parts)):
            raise ValueError("MixError")
        wanted = [g if p is None else p * fixed // (10**6 - total) for g, p in zip(given, parts)]
        return [min(a, w, limit) for a, w in zip(available, wanted)]
    if total != 10**6:
        raise ValueError("MixError")
    # the source that limits gives the smallest number of rows to every other one
    full = [min(p * a // q for a, q in zip(available, parts)) for p in parts]
    if "mix_rows" in case:
        full = [min(f, p * case["mix_rows"] // 10**6) for f, p in zip(full, parts)]
    return [min(f, limit) for f in full]


def mix(case):
    prefix = b"%d\n" % case["seed"]
    threshold = round(case["heldout"]["fraction"] * 10**6) * 2**48 // 10**6
    winners, all_counts, duplicates = {}, [], [[] for _ in case["sources"]]
    for index, source in enumerate(case["sources"]):
        counts = {"rows": 0, "read": 0, "filtered": 0, "rejectedBy": {}, "duplicatesBy": {}, "converted": 0,
                  "collapsedRows": 0, "gaps": 0, "unfinished": 0}
        all_counts.append(counts)
        lines = [line for path in source["files"] for line in lines_of(path)]
        found = (grouped if source["format"] == "prosocial" else plain)(source, lines, counts)
        for raw, odd in found:
            counts["read"] += 1
            try:
                if isinstance(raw, Reject):
                    raise raw
                if raw is None:
                    counts["filtered"] += 1
                    continue
                messages = conversation(source, raw)
            except Reject as reject:
                reason = str(reject)
                counts["rejectedBy"][reason] = counts["rejectedBy"].get(reason, 0) + 1
                continue
            counts["converted"] += 1
            if odd:
                counts["gaps"] += odd[0]
                counts["unfinished"] += odd[1]
            line = json.dumps({"messages": [{"role": r, "content": c} for r, c in messages]},
                              ensure_ascii=False, separators=(",", ":")).encode()
            digest = sha256(prefix + line)
            chars = sum(len(c.encode("utf-16-le")) // 2 for r, c in messages if r == "assistant")
            if digest[:16] in winners:
                duplicates[index].append({"line": line, "chars": chars})
                name = case["sources"][winners[digest[:16]]["source"]]["name"]
                counts["duplicatesBy"][name] = counts["duplicatesBy"].get(name, 0) + 1
                continue
            prompt = next((c for r, c in messages if r == "user"), messages[0][1])
            h = int.from_bytes(sha256(b"heldout\n" + prompt.encode())[:6], "big")
            winners[digest[:16]] = {"source": index, "line": line, "digest": digest, "out": h < threshold, "chars": chars}

    def of(index, out):
        rows = [w for w in winners.values() if w["source"] == index and w["out"] == out]
        return sorted(rows, key=lambda w: w["digest"][16:])

    def volume(rows):
        return {"bytes": sum(len(w["line"]) + 1 for w in rows), "assistantChars": sum(w["chars"] for w in rows)}

    sides = range(len(case["sources"]))
    train, heldout = [], []
    takes = quotas(case, [len(of(i, False)) for i in sides])
    for index, (source, counts, take) in enumerate(zip(case["sources"], all_counts, takes)):
        candidates, out = of(index, False), of(index, True)
        kept, repeat = candidates[:take], source.get("repeat", 1)
        out_kept = out[: case["heldout"].get("rows", len(out))]
        heldout += [(w["digest"], w["line"]) for w in out_kept]
        for w in kept:
            train.append((w["digest"], w["line"]))
            train += [(sha256(prefix + w["line"] + b"\n%d" % k), w["line"]) for k in range(1, repeat)]
        counts.update(heldout=len(out_kept), heldoutUnused=len(out) - len(out_kept), kept=len(kept),
                      notSelected=len(candidates) - len(kept), lines=len(kept) * repeat,
                      bytes=sum(len(w["line"]) + 1 for w in kept) * repeat,
                      assistantChars=sum(w["chars"] for w in kept) * repeat,
                      volumes={"duplicates": volume(duplicates[index]), "heldout": volume(out_kept),
                               "heldoutUnused": volume(out[len(out_kept):]), "kept": volume(kept),
                               "notSelected": volume(candidates[len(kept):])})
    text = lambda rows: "".join(line.decode() + "\n" for _, line in sorted(rows, key=lambda r: r[0][:16]))
    return {"train": text(train), "heldout": text(heldout), "sources": all_counts}


def result(case):
    try:
        return mix(case)
    except ValueError as error:
        return {"error": str(error)}


if __name__ == "__main__":
    json.dump([result(case) for case in json.load(sys.stdin)], sys.stdout)
