"""What one message of a row says: its words, reasoning, calls and weight."""
import re
from dataclasses import dataclass
from spelled_json import BLANK, compact, is_blank, joined, says, says_nothing, structure

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
        read = set() if role == "tool_call" else {"name"}
        if role == "tool_call":
            found = [{"role": "assistant", "content": "", "tool_calls": self.message_of_calls(raw.content),
                      **self.weight(raw, read)}]
        elif role == "assistant":
            found = [{"role": role, **self.answer(raw, read), **self.texts(name=raw.keys.get("name")),
                      **self.weight(raw, read)}]
        else:
            read |= {"tool_call_id"} if role == "tool" else set()
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
        if not has_parts(raw):
            pieces = words = [self.content(raw, may_be_absent=role in ("tool", "system"))]
        else:
            pieces = self.parts(raw, role)[0]
            words = [p for p in pieces if isinstance(p, str) and (len(pieces) == 1 or not is_blank(p))]
        # The other keys are those of the words.
        if not words:
            read.clear()
        keys = self.texts(**{key: raw.keys.get(key) for key in read})
        return [{"role": role, "content": p, **keys} if isinstance(p, str) else p
                for p in pieces if isinstance(p, dict) or p in words]

    def first(self, keys, names, read, shape=lambda value: value):
        """The value of the first name that says something. Those behind it are not read."""
        for name in names:
            read.add(name)
            if says(shape(keys.get(name))):
                return shape(keys[name])
        return None

    def content(self, raw, may_be_absent):
        if not isinstance(raw.content, str) and not (may_be_absent and says_nothing(raw.content)):
            self.reasons.add("content_not_text")
        return raw.content if isinstance(raw.content, str) else ""

    def text(self, value):
        """A text that may be absent."""
        return self.needed(value, "content_not_text") if says(value) else None

    def texts(self, **keys):
        return {key: text for key, value in keys.items() if (text := self.text(value)) is not None}

    # Parts

    def parts(self, raw, role):
        """Words with the results between them, thoughts, and calls."""
        pieces, thoughts, calls, step = [[]], [], [], 0
        for part in raw.content:
            kind = kind_of(part)
            if kind == "text":
                pieces[-1].append(self.needed(text_of(part), "content_not_text"))
            elif kind in THINKING_PARTS and role == "assistant":
                said = [part.get(key) for key in [*THINKING_PARTS, "text"] if isinstance(part.get(key), str)]
                thoughts.append(self.needed(said[0] if said else None, "bad_reasoning"))
            elif kind == "tool_use" and role == "assistant":
                calls.append(self.call(part, part.get("id"), part.get("input")))
            elif kind == "tool_result" and role in ("user", "tool"):
                pieces += [self.result(part), []]
            else:
                self.reasons.add("not_only_text" if kind in MEDIA_PARTS else "unknown_part")
            if role == "assistant" and kind in STEPS:
                if kind != "text" or not says_nothing(text_of(part)):
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
        return {"role": "tool", "content": content, **self.texts(tool_call_id=part.get("tool_use_id"))}

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
        if not isinstance(structure(value), dict):
            self.reasons.add("bad_arguments")
        return {**({"id": id} if isinstance(id, str) and not is_blank(id) else {}), "type": "function",
                "function": {"name": function.get("name"),
                             "arguments": compact(value) if isinstance(value, dict) else value}}


def function_of(value):
    """Of a call or a tool: itself, or what it has as `function`."""
    function = structure(value.get("function")) if isinstance(value, dict) else None
    return function if says(function) else value


def is_function(value):
    return says_nothing(value.get("type")) or value["type"] == "function"


def is_named(function):
    return isinstance(function.get("name"), str) and not is_blank(function["name"])


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
