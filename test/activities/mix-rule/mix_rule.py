"""The mix rule, stated a second time, without Headrace's code: for checking it, or a mix of yours.

Reads a JSON list of cases from standard input and writes a JSON list of results:
  case   {"seed", "heldout": {"fraction", "rows"?}, "mix_rows"?, "rows_per_source"?, "sources": [source, ...]}
  source {"name", "files": [path, ...], "format", "columns", "fields"?, "roles"?, "filter"?, "ignore"?, "reasoning"?,
          "rows"?, "share"?, "repeat"?}
  result {"train", "heldout": text of the files, "sources": [counts, ...], "rejects": [[place, ...], ...]}, or
         {"error": why}; a place is [file of the source, from 0, line or row in it, from 1, reason]
`columns` has the name in the files of every column that the format has, `fields` those of the optional ones.
Files are JSON Lines, or one JSON list where the first 64 KiB say so; names say nothing.
"""
import hashlib, json, sys
from conversation_rule import ConversationRule, Reject
from source_rows import conversations, dialogues
from spelled_json import compact


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


def add(counts, names):
    for name in names:
        counts[name] = counts.get(name, 0) + 1


def assistant_chars(message):
    if message["role"] != "assistant":
        return 0
    texts = [message["content"], message.get("reasoning_content", ""),
             *(call["function"]["arguments"] for call in message.get("tool_calls", []))]
    return len("".join(texts).encode("utf-16-le")) // 2


def mix(case):
    prefix = b"%d\n" % case["seed"]
    threshold = round(case["heldout"]["fraction"] * 10**6) * 2**48 // 10**6
    winners, all_counts, rejects, duplicates = {}, [], [], [[] for _ in case["sources"]]
    for index, source in enumerate(case["sources"]):
        counts = {"rows": 0, "read": 0, "filtered": 0, "rejectedBy": {}, "duplicatesBy": {}, "converted": 0,
                  "nonFinite": 0, "collapsedRows": 0, "gaps": 0, "unfinished": 0, "unread": {}, "blankSystem": 0, "trailing": 0,
                  "holds": {"reasoning": 0, "tools": 0, "toolCalls": 0, "weight": 0, "names": 0}}
        all_counts.append(counts)
        rejects.append([])
        found = dialogues if source["format"] == "prosocial" else conversations
        for place, outcome in found(source, ConversationRule(source), counts):
            counts["read"] += 1
            if outcome is None:
                counts["filtered"] += 1
                continue
            if isinstance(outcome, Reject):
                add(counts["rejectedBy"], [str(outcome)])
                rejects[index].append([*place, str(outcome)])
                continue
            counts["converted"] += 1
            conversation, facts = outcome
            add(counts["unread"], facts["unread"])
            add(counts["holds"], [what for what, held in facts["holds"].items() if held])
            counts["blankSystem"] += facts["blankSystem"]
            counts["trailing"] += facts["trailing"]
            line, messages = compact(conversation).encode(), conversation["messages"]
            digest, chars = sha256(prefix + line), sum(map(assistant_chars, messages))
            if digest[:16] in winners:
                duplicates[index].append({"line": line, "chars": chars})
                add(counts["duplicatesBy"], [case["sources"][winners[digest[:16]]["source"]]["name"]])
                continue
            prompt = next((m for m in messages if m["role"] == "user"), messages[0])["content"]
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
    return {"train": text(train), "heldout": text(heldout), "sources": all_counts,
            "rejects": [sorted(places) for places in rejects]}


def result(case):
    try:
        return mix(case)
    except ValueError as error:
        return {"error": str(error)}


if __name__ == "__main__":
    json.dump([result(case) for case in json.load(sys.stdin)], sys.stdout)
