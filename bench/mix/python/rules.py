"""What becomes of a row, for the scripts beside this one: the conversions of the bench's recipe, in plain Python."""

ROLES = {"human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "system": "system"}


def conversation(messages, role="role", content="content"):
    """The row's messages, or None where the row is rejected."""
    out = [{"role": ROLES.get(m[role]), "content": m[content]} for m in messages]
    while out and out[-1]["role"] != "assistant":
        out.pop()
    if not out or any(m["role"] is None or not m["content"].strip() for m in out):
        return None
    return out


def dialogues(rows):
    """Conversations of prosocial rows."""
    groups = {}
    for row in rows:
        groups.setdefault(row["dialogue_id"], {})[row["response_id"]] = (row["context"], row["response"])
    for turns in groups.values():
        messages = []
        for _, (context, response) in sorted(turns.items()):
            messages.append({"role": "user", "content": context})
            messages.append({"role": "assistant", "content": response})
        yield conversation(messages)
