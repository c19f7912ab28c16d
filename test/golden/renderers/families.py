"""What a renderer makes of the conversations of conversations.py: a golden file each.

    tokens    of build_supervised_example; the same in every mode
    modes     loss weights as lengths of runs, beginning with the untrained: [5, 3, 2] is 0000011100; or what was raised.
              `customized` for conversations with flags, the six other modes for those without; `all_messages` always
    prompt    build_generation_prompt without the last message if it is an assistant's, else of all of them
    prefix    what create_conversation_prefix_with_tools puts in front, where the conversation declares tools
    literal   those of these members that differ where typed control tokens stay text
"""

from conversations import CONVERSATIONS
from cookbook import DATE, MARK, MODES, has_text_literally, renderer_of
from tinker_cookbook.renderers import ToolCall, TrainOnWhat, UnparsedToolCall

EFFORTS = [0.0, 0.1, 0.2, 0.25, 0.333, 0.5, 0.7, 0.95, 0.99, 0.999]
BAD_EFFORTS = [1.0, -0.1, float("nan")]


def to_messages(rows):
    """JSON to the cookbook's messages."""
    messages = []
    for row in rows:
        message = dict(row)
        if "tool_calls" in row:
            message["tool_calls"] = [ToolCall.model_validate(call) for call in row["tool_calls"]]
        if "unparsed_tool_calls" in row:
            message["unparsed_tool_calls"] = [UnparsedToolCall.model_validate(c) for c in row["unparsed_tool_calls"]]
        messages.append(message)
    return messages


def marked(rows, mark):
    """Messages with a mark in every control token of their texts, names and arguments."""

    def in_part(part):
        return {key: mark(value) if key in ("text", "thinking") else value for key, value in part.items()}

    def in_call(call):
        function = call["function"]
        return {**call, "function": {"name": mark(function["name"]), "arguments": mark(function["arguments"])}}

    out = []
    for row in rows:
        content = row["content"]
        row = {**row, "content": mark(content) if isinstance(content, str) else [in_part(p) for p in content]}
        if "tool_calls" in row:
            row["tool_calls"] = [in_call(call) for call in row["tool_calls"]]
        out.append(row)
    return out


def runs(weights):
    lengths, last = [0], 0
    for weight in weights:
        weight = int(weight)
        if weight != last:
            lengths.append(0)
            last = weight
        lengths[-1] += 1
    return lengths


def attempt(make):
    try:
        return make()
    except Exception as error:  # noqa: BLE001  what is raised is part of the golden file
        return {"error": type(error).__name__, "message": str(error)[:160].replace(MARK, "")}


def rendered(renderer, conversation, mark=None, **options):
    rows, out = conversation["messages"], {}
    messages = to_messages(marked(rows, mark) if mark else rows)
    if "tools" in conversation:
        system = conversation.get("system", "")
        if mark:
            system = mark(system)
        prefix = attempt(lambda: renderer.create_conversation_prefix_with_tools(conversation["tools"], system))
        out["prefix"] = prefix
        if isinstance(prefix, dict):
            return out
        messages = prefix + messages

    def supervise(mode):
        model_input, weights = renderer.build_supervised_example(messages, TrainOnWhat(mode), **options)
        ids = model_input.to_ints()
        assert out.setdefault("tokens", ids) == ids
        return runs(weights.tolist())

    flagged = any("trainable" in row for row in rows)
    # The cookbook asserts that flags are there for `customized` and nowhere else; one of the six others shows it.
    modes = ["all_messages", "customized"] if flagged else MODES
    out["modes"] = {mode: attempt(lambda: supervise(mode)) for mode in modes}  # noqa: B023  called at once
    asked = messages[:-1] if messages and messages[-1]["role"] == "assistant" else messages
    out["prompt"] = attempt(lambda: renderer.build_generation_prompt(asked, **options).to_ints())
    return out


def case_of(name, tokenizer_name, conversation):
    case = {"name": conversation["name"], **rendered(renderer_of(name, tokenizer_name), conversation)}
    if has_text_literally(name, tokenizer_name):
        return case
    literal = renderer_of(name, tokenizer_name, literal=True)
    other = rendered(literal, conversation, literal.tokenizer.mark)
    other.pop("prefix", None)
    differing = {key: value for key, value in other.items() if case.get(key) != value}
    return {**case, "literal": differing} if differing else case


def golden_file(name, tokenizer_name):
    """Facts of a renderer, and its cases."""
    renderer = renderer_of(name, tokenizer_name)
    facts = {
        "renderer": name,
        "tokenizer": tokenizer_name,
        "stop": renderer.get_stop_sequences(),
        "has_extension_property": renderer.has_extension_property,
        "disables_thinking": renderer.disables_thinking,
    }
    if name.startswith("gpt_oss"):
        facts["current_date"] = DATE
    if name == "tml_v0":
        first = CONVERSATIONS[0]
        facts["efforts"] = [{"effort": effort, **rendered(renderer, first, effort=effort)} for effort in EFFORTS]
        facts["bad_efforts"] = [
            {"effort": str(effort), **rendered(renderer, first, effort=effort)["prompt"]} for effort in BAD_EFFORTS
        ]
    return facts, [case_of(name, tokenizer_name, conversation) for conversation in CONVERSATIONS]
