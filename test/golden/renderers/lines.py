"""Lines of train.jsonl in the cookbook's terms: messages, tokens and loss masks."""

import json

from cookbook import MODES, RENDERERS, bits
from tinker_cookbook.exceptions import RendererError
from tinker_cookbook.renderers import ToolCall


def to_cookbook(line, renderer):
    """The messages of a line as the cookbook has them."""
    out = []
    for m in line["messages"]:
        c = m["content"]
        if "reasoning_content" in m:
            thinking = {"type": "thinking", "thinking": m["reasoning_content"]}
            c = [thinking] + ([{"type": "text", "text": c}] if c else [])
        message = {"role": m["role"], "content": c}
        if "tool_calls" in m:
            message["tool_calls"] = [ToolCall.model_validate(t) for t in m["tool_calls"]]
        message |= {k: m[k] for k in ("tool_call_id", "name") if k in m}
        out.append(message)
    if "tools" in line:
        first = len(out) > 0 and out[0]["role"] == "system"
        functions = [t["function"] for t in line["tools"]]
        prefix = renderer.create_conversation_prefix_with_tools(functions, out[0]["content"] if first else "")
        out = prefix + out[first:]
    return out


def unwrapped(content):
    stripped = content.strip()
    if not (stripped.startswith("<tool_response>") and stripped.endswith("</tool_response>")):
        return content
    return stripped[len("<tool_response>") : -len("</tool_response>")].removeprefix("\n").removesuffix("\n")


def prepared(line):
    """What the cookbook leaves to its caller: data that has the markup of tools in its words gets it once."""
    messages = [
        {**m, "content": unwrapped(m["content"])} if m["role"] == "tool" else m for m in line["messages"]
    ]
    line = {**line, "messages": messages}
    if messages and messages[0]["role"] == "system" and "<tools>" in messages[0]["content"]:
        line.pop("tools", None)
    return line


def refused(name, line):
    """Lines that are refused in every mode where the cookbook renders some of them.

    llama3 and role_colon would write an empty turn for a call. qwen3_disable_thinking would be trained to reason after a
    prompt that forbids it, or on a turn without the think block of its prompt.
    """
    messages = line["messages"]
    if name in ("llama3", "role_colon"):
        return "tools" in line or any(
            "reasoning_content" in m or "tool_calls" in m or m["role"] == "tool" for m in messages
        )
    if name == "qwen3_disable_thinking":
        return "reasoning_content" in messages[-1] or all(m["role"] != "user" for m in messages)
    return False


def supervised(renderer, messages, mode):
    model_input, weights = renderer.build_supervised_example(messages, mode)
    return model_input.to_ints(), weights


def leaves_out(renderer, line, at):
    """Whether the tokens do not depend on the reasoning of a message."""

    def tokens(reasoning):
        messages = list(line["messages"])
        messages[at] = {**messages[at], "reasoning_content": reasoning}
        return supervised(renderer, to_cookbook({**line, "messages": messages}, renderer), "all_messages")[0]

    return tokens("one") == tokens("two")


def rendered_line(name, text):
    """Tokens, masks by mode (null: refused) and the generation prompt of all messages but the last."""
    renderer = RENDERERS[name][0]
    line = prepared(json.loads(text))
    if refused(name, line):
        return {"tokens": None, "masks": {mode: None for mode in MODES}, "prompt": None}
    own = to_cookbook(line, renderer)
    of_prefix = len(own) - len(line["messages"])
    context = {
        at + of_prefix
        for at, m in enumerate(line["messages"])
        if m.get("weight") == 0 or ("reasoning_content" in m and leaves_out(renderer, line, at))
    }
    flagged = [{**m, "trainable": at not in context} for at, m in enumerate(own)]
    _, trainable = supervised(renderer, flagged, "customized")
    tokens, outputs = supervised(renderer, own, "all_messages")
    masks = {}
    for mode in MODES:
        try:
            ids, weights = supervised(renderer, own, mode)
        except RendererError:
            masks[mode] = None
            continue
        assert ids == tokens
        # Headers follow the mode alone.
        masks[mode] = bits((weights > 0) & ((trainable > 0) | (outputs == 0)))
    before = to_cookbook({**line, "messages": line["messages"][:-1]}, renderer)
    return {"tokens": tokens, "masks": masks, "prompt": renderer.build_generation_prompt(before).to_ints()}
