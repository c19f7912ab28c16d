"""What one message of a row says: its words, reasoning, calls and weight."""
import re
from dataclasses import dataclass
from spelled_json import BLANK, compact, is_blank, is_too_deep, joined, says, says_nothing, structure

WEIGHTS = ["weight", "loss", "train", "trainable", "loss_mask", "loss_weight", "loss_scale"]
TEXT_PARTS = ["text", "input_text", "output_text"]
THINKING_PARTS = ["thinking", "reasoning"]
MEDIA_PARTS = ["document"] + [kind.replace("*", medium) for medium in ("image", "audio", "video", "file")
                              for kind in ("*", "*_url", "input_*")]
STEPS = {"thinking": 0, "reasoning": 0, "text": 1, "tool_use": 2}


@dataclass
class Raw:
    """A message as a row has it."""
    role: object
    content: object
    keys: dict  # the other ones
    list: str = ""  # the column that it stands in; none where columns are the messages
    is_context: bool = False


class MessageRule:
    def __init__(self, source):
        self.ignore, self.fields = source.get("ignore", []), source.get("fields", {})
        self.reasoning = self.names("reasoning", "reasoning_content", "reasoning", "thinking")
        self.calls = self.names("tool_calls", "tool_calls")
        self.single_call = [] if "tool_calls" in self.fields else self.names("", "function_call")
        self.weights = self.names("weight", *WEIGHTS)
        self.begin()

    def names(self, what, *aliases):
        return [n for n in ([self.fields[what]] if what in self.fields else aliases) if n not in self.ignore]

    def begin(self):
        """Of each row: why it is rejected, and the keys of its messages that are not read."""
        self.reasons, self.unread_keys = set(), []

    def messages(self, raw, role):
        """The messages that one of a row becomes. The role of messages of calls is `tool_call`."""
        read = set()
        if role == "tool_call":
            found = [{"role": "assistant", "content": "", "tool_calls": self.message_of_calls(raw.content),
                      **self.weight(raw, read)}]
        elif role == "assistant":
            found = [{"role": role, **self.answer(raw, read), **texts_of(raw.keys, ["name"], read),
                      **self.weight(raw, read)}]
        else:
            found = self.words_and_results(raw, role, read)
        self.unread_keys += [(raw.list, key, value) for key, value in raw.keys.items() if key not in read]
        return found

    def answer(self, raw, read):
        pieces, thoughts, used = self.parts(raw, "assistant") if has_parts(raw) else ([], [], [])
        calls = None if used else self.given_calls(raw.keys, read)
        words = pieces[0] if pieces else self.content(raw, may_be_absent=calls is not None)
        read |= set(self.reasoning)
        reasoning = self.reasoning_of(thoughts, raw.keys, words)
        used = used if calls is None else self.calls_of(calls)
        return {"content": words, **({"reasoning_content": reasoning} if reasoning else {}),
                **({"tool_calls": used} if used else {})}

    def words_and_results(self, raw, role, read):
        if role == "system" and says_nothing(raw.content):
            return []
        if has_parts(raw):
            pieces = self.parts(raw, role)[0]
        else:
            pieces = [self.content(raw, may_be_absent=role == "tool")]
        falls_away = role == "system" or len(pieces) > 1
        pieces = [piece for piece in pieces if isinstance(piece, dict) or not (falls_away and is_blank(piece))]
        if not any(isinstance(piece, str) for piece in pieces):
            return pieces
        # The other keys are those of the words.
        keys = texts_of(raw.keys, ["tool_call_id", "name"] if role == "tool" else ["name"], read)
        return [{"role": role, "content": piece, **keys} if isinstance(piece, str) else piece for piece in pieces]

    def first(self, keys, names, read, shape=lambda value: value):
        """The value of the first name that says something. Those behind it are not read."""
        for name in names:
            read.add(name)
            if says(shape(keys.get(name))):
                return shape(keys[name])
        return None

    def content(self, raw, may_be_absent):
        if not isinstance(raw.content, str) and not (may_be_absent and raw.content is None):
            self.reasons.add("content_not_text")
        return raw.content if isinstance(raw.content, str) else ""

    # Parts

    def parts(self, raw, role):
        """Words with the results between them, thoughts, and calls."""
        pieces, thoughts, calls, step = [[]], [], [], 0
        for part in raw.content:
            kind = kind_of(part)
            if kind == "text":
                pieces[-1].append(self.needed(text_of(part), "content_not_text"))
            elif kind in THINKING_PARTS and role == "assistant":
                thoughts.append(self.needed(thought_of(part), "bad_reasoning"))
            elif kind == "tool_use" and role == "assistant":
                calls.append(self.call(part, part.get("id"), part.get("input")))
            elif kind == "tool_result" and role in ("user", "tool"):
                pieces += [self.result(part), []]
            else:
                self.reasons.add("not_only_text" if kind in MEDIA_PARTS else "unknown_part")
            if role == "assistant" and kind in STEPS:
                # Blank words and thoughts have no place.
                if kind == "tool_use" or is_text(text_of(part) if kind == "text" else thought_of(part)):
                    self.reasons |= {"part_order"} if STEPS[kind] < step else set()
                    step = STEPS[kind]
                if kind != "tool_use" and isinstance(part, dict) and self.flags(part) - {1}:
                    self.reasons.add("bad_weight")
        return [joined(piece) if isinstance(piece, list) else piece for piece in pieces], thoughts, calls

    def needed(self, text, reason):
        if not isinstance(text, str):
            self.reasons.add(reason)
        return text if isinstance(text, str) else ""

    def result(self, part):
        raw = Raw("tool", part.get("content"), {}, "content")
        content = self.parts(raw, "result")[0][0] if has_parts(raw) else self.content(raw, may_be_absent=True)
        id = part.get("tool_use_id")
        return {"role": "tool", "content": content, **({"tool_call_id": id} if is_text(id) else {})}

    # Reasoning and weight

    def reasoning_of(self, thoughts, keys, words):
        found = [joined(thoughts)]
        for value in filter(says, (keys.get(name) for name in self.reasoning)):
            if isinstance(value, list) and all(kind_of(p) == "text" and isinstance(text_of(p), str) for p in value):
                value = joined(map(text_of, value))
            found.append(self.needed(value, "bad_reasoning"))
        found = [value for value in found if not is_blank(value)]
        if not found:
            return None
        same = {value.strip(BLANK) for value in found}
        if words.startswith("<think>"):
            block = re.match("<think>(.*?)</think>", words, re.DOTALL)
            same.add(block and block[1].strip(BLANK))
        if len(same) > 1:
            self.reasons.add("bad_reasoning")
        return None if words.startswith("<think>") else found[0]

    def weight(self, raw, read):
        read |= set(self.weights)
        flags = self.flags(raw.keys)
        if None in flags or len(flags) > 1:
            self.reasons.add("bad_weight")
        return {"weight": 0} if 0 in flags or raw.is_context and not flags else {}

    def flags(self, keys):
        """0, 1, and none for anything else."""
        values = [keys[name] for name in self.weights if not says_nothing(keys.get(name))]
        return {int(v) if isinstance(v, (bool, float)) and v in (0, 1) else None for v in values}

    # Calls

    def given_calls(self, keys, read):
        calls = self.first(keys, self.calls, read, structure)
        if calls is None:
            call = self.first(keys, self.single_call, read, structure)
            return None if call is None else [call]
        return calls

    def message_of_calls(self, content):
        calls = structure(content)
        if not says(calls):
            self.reasons.add("bad_tool_call")
        return self.calls_of([calls] if isinstance(calls, dict) else calls)

    def calls_of(self, calls):
        if not isinstance(calls, list):
            self.reasons.add("bad_tool_call")
            return []
        return [self.call_of(structure(call)) for call in calls]

    def call_of(self, call):
        function = function_of(call)
        if not isinstance(function, dict) or not is_function(call):
            self.reasons.add("bad_tool_call")
            return None
        return self.call(function, call.get("id"), function.get("arguments"), function.get("parameters"))

    def call(self, function, id, *arguments):
        if not is_named(function):
            self.reasons.add("bad_tool_call")
        # An object says something here, whatever it holds: it is written as it is.
        value = next((v for v in arguments if isinstance(v, dict) or not says_nothing(v)), {})
        if not isinstance(structure(value), dict) or is_too_deep(structure(value)):
            self.reasons.add("bad_arguments")
        return {**({"id": id} if is_text(id) else {}), "type": "function",
                "function": {"name": function.get("name"),
                             "arguments": compact(value) if isinstance(value, dict) else value}}


def function_of(value):
    """Of a call or a tool: itself, or what it has as `function`."""
    function = structure(value.get("function")) if isinstance(value, dict) else None
    return value if says_nothing(function) else function


def is_function(value):
    return says_nothing(value.get("type")) or value["type"] == "function"


def is_named(function):
    return is_text(function.get("name"))


def is_text(value):
    return isinstance(value, str) and not is_blank(value)


def texts_of(keys, names, read):
    found = {name: keys[name] for name in names if is_text(keys.get(name))}
    read |= set(found)
    return found


def has_parts(raw):
    return raw.list != "" and isinstance(raw.content, list)


def kind_of(part):
    if not isinstance(part, dict):
        return "text" if isinstance(part, str) else None
    kind = part.get("type")
    if kind in TEXT_PARTS or says_nothing(kind) and part.get("text") is not None:
        return "text"
    return kind if isinstance(kind, str) else None


def text_of(part):
    return part if isinstance(part, str) else part.get("text")


def thought_of(part):
    return next((part[key] for key in [*THINKING_PARTS, "text"] if isinstance(part.get(key), str)), None)
