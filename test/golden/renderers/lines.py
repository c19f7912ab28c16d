"""Lines of train.jsonl in the cookbook's terms: messages, tokens and loss masks."""

import json
import re

from cookbook import MODES, has_text_literally, renderer_of
from families import marked, runs, to_messages
from tinker_cookbook.exceptions import RendererError


def in_cookbook_form(line):
    """The messages of a line as JSON of the cookbook's messages."""
    out = []
    for m in line["messages"]:
        c = m["content"]
        if "reasoning_content" in m:
            thinking = {"type": "thinking", "thinking": m["reasoning_content"]}
            c = [thinking] + ([{"type": "text", "text": c}] if c else [])
        message = {"role": m["role"], "content": c}
        out.append(message | {k: m[k] for k in ("tool_calls", "tool_call_id", "name") if k in m})
    return out


def to_cookbook(line, renderer, mark=None):
    """The cookbook's messages, those that declare tools among them."""
    rows = in_cookbook_form(line)
    messages = to_messages(marked(rows, mark) if mark else rows)
    if "tools" not in line:
        return messages
    first = len(messages) > 0 and messages[0]["role"] == "system"
    functions = [t["function"] for t in line["tools"]]
    if mark:
        functions = json.loads(mark(json.dumps(functions, ensure_ascii=False)))
    prefix = renderer.create_conversation_prefix_with_tools(functions, messages[0]["content"] if first else "")
    return prefix + messages[first:]


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


def refused(name, renderer, line):
    """Lines that are refused in every mode where the cookbook renders some of them.

    llama3 and role_colon would write an empty turn for a call. Where the prompt forbids reasoning, the last message would
    be trained to reason after it, or qwen3_disable_thinking on a turn without the think block of its prompt.
    """
    messages = line["messages"]
    if name in ("llama3", "role_colon"):
        return "tools" in line or any(
            "reasoning_content" in m or "tool_calls" in m or m["role"] == "tool" for m in messages
        )
    if renderer.disables_thinking and "reasoning_content" in messages[-1]:
        return True
    return name == "qwen3_disable_thinking" and all(m["role"] != "user" for m in messages)


def supervised(renderer, messages, mode):
    model_input, weights = renderer.build_supervised_example(messages, mode)
    return model_input.to_ints(), weights


# The mode that every renderer has and that writes all messages; tml_v0 ends behind the last trained one.
WHOLE = "all_assistant_messages"


THINK_BLOCK = re.compile("<think>(.*?)</think>", re.DOTALL)


def leaves_out(renderer, line, at):
    """Whether the tokens do not depend on the reasoning of a message, in its own member or in its words."""
    message = line["messages"][at]

    def tokens(changed):
        messages = [*line["messages"][:at], {**message, **changed}, *line["messages"][at + 1 :]]
        return supervised(renderer, to_cookbook({**line, "messages": messages}, renderer), WHOLE)[0]

    def in_words(reasoning):
        return {"content": THINK_BLOCK.sub(f"<think>{reasoning}</think>", message["content"])}

    if message["role"] != "assistant":
        return False
    if "reasoning_content" in message and tokens({"reasoning_content": "one"}) == tokens({"reasoning_content": "two"}):
        return True
    has_reasoning = any(block.strip() for block in THINK_BLOCK.findall(message["content"]))
    return has_reasoning and tokens(in_words("one")) == tokens(in_words("two"))


class Context:
    """While it is open, messages with the member `context` are not trained in any mode."""

    def __init__(self, renderer):
        self.renderer = renderer

    def __enter__(self):
        inner = self.renderer._output_is_trained
        self.renderer._output_is_trained = lambda message, *rest: (
            not message.get("context", False) and inner(message, *rest)
        )

    def __exit__(self, *_):
        del self.renderer._output_is_trained


def masks_by_base(renderer, messages):
    """Tokens and, by mode, the mask; null where the cookbook refuses."""
    tokens, masks = None, {}
    with Context(renderer):
        for mode in MODES:
            try:
                ids, weights = supervised(renderer, messages, mode)
            except RendererError:
                masks[mode] = None
                continue
            assert tokens in (None, ids)
            tokens, masks[mode] = ids, runs(weights)
    return tokens, masks


def masks_by_flags(renderer, messages):
    """The same of tml_v0, which has no place to say that a message is context but the flags of `customized`.

    A mask is as long as the tokens, which end behind the last trained message; empty where nothing is trained.
    """
    assistants = [at for at, m in enumerate(messages) if m["role"] == "assistant"]
    last_user = max((at for at, m in enumerate(messages) if m["role"] == "user"), default=-1)
    trained = {
        "all_assistant_messages": assistants,
        "last_assistant_message": assistants[-1:],
        "last_assistant_turn": [at for at in assistants if at > last_user],
    }
    tokens, masks = [], {}
    for mode, chosen in trained.items():
        flags = [at in chosen and not m.get("context", False) for at, m in enumerate(messages)]
        flagged = [{k: v for k, v in m.items() if k != "context"} for m in messages]
        flagged = [{**m, "trainable": flag} for m, flag in zip(flagged, flags)]
        masks[mode] = []
        if any(flags):
            ids, weights = supervised(renderer, flagged, "customized")
            masks[mode] = runs(weights)
            assert ids[: len(tokens)] == tokens[: len(ids)]
            tokens = max(tokens, ids, key=len)
    return tokens, masks


def rendered_line(name, tokenizer_name, text):
    """Tokens, masks by mode (null: refused) and the generation prompt of all messages but the last.

    Or what the cookbook raises where it has no rule: a tool without a description, half a surrogate pair in arguments.
    """
    try:
        return written_line(name, tokenizer_name, text)
    except (KeyError, TypeError, ValueError) as error:
        return {"raised": f"{type(error).__name__}: {error}"[:200]}


def written_line(name, tokenizer_name, text):
    renderer = renderer_of(name, tokenizer_name, literal=not has_text_literally(name, tokenizer_name))
    mark = getattr(renderer.tokenizer, "mark", None)
    line = prepared(json.loads(text))
    nothing = {"tokens": None, "masks": {}, "prompt": None}
    if refused(name, renderer, line):
        return nothing
    try:
        own = to_cookbook(line, renderer, mark)
        supervised(renderer, own, WHOLE)
    except RendererError:
        return nothing
    of_prefix = len(own) - len(line["messages"])
    for at, m in enumerate(line["messages"]):
        if m.get("weight") == 0 or leaves_out(renderer, line, at):
            own[at + of_prefix]["context"] = True
    tokens, masks = (masks_by_flags if name == "tml_v0" else masks_by_base)(renderer, own)
    before = to_cookbook({**line, "messages": line["messages"][:-1]}, renderer, mark)
    return {"tokens": tokens, "masks": masks, "prompt": renderer.build_generation_prompt(before).to_ints()}
