"""The first half of the mix rule: from a row to a conversation, or to the reason why there is none."""
import re
from message_rule import MessageRule, Raw, function_of, is_function, is_named
from spelled_json import is_blank, is_too_deep, says_nothing, structure
from unread_rule import COLUMN_NAMES, KEY_NAMES, tells

REASONS = """bad_utf8 bad_json no_messages bad_history unknown_role content_not_text not_only_text unknown_part part_order
    bad_reasoning bad_tool_call bad_arguments bad_tools bad_weight no_assistant blank_content lone_surrogate
    conflicting_turns""".split()
ROLES = {
    "user": "user human",
    "assistant": "assistant gpt bot model",
    "system": "system developer",
    "tool": "tool function observation ipython tool_response tool_result tool_output function_response function_result",
    "tool_call": "tool_call function_call",
}
LISTS = {"messages": ("messages", "role", "content"), "lmsys": ("conversation", "role", "content"),
         "magpie": ("conversations", "from", "value"), "sharegpt": ("conversations", "from", "value")}
OPTIONAL = ["system", "tools", "history", "reasoning", "tool_calls", "weight"]
KEYS = ["role", "content", "reasoning_content", "tool_calls", "tool_call_id", "name", "weight"]


class Reject(Exception):
    pass


def role_name(name):
    return name.lower().replace("-", "_").replace(" ", "_")


class ConversationRule(MessageRule):
    def __init__(self, source):
        super().__init__(source)
        self.format, self.columns = source["format"], source["columns"]
        self.inline, self.filtered = source.get("reasoning") == "inline", source.get("filter", {})
        self.roles = {name: role for role, names in ROLES.items() for name in names.split()}
        self.roles |= {role_name(name): role for name, role in source.get("roles", {}).items()}
        self.system = self.column_names("system", "system", "system_prompt")
        self.tools = self.column_names("tools", "tools", "functions")
        self.history = self.column_names("history", "history")
        self.of_answer = [*self.column_names("reasoning", "reasoning_content"),
                          *self.column_names("tool_calls", "tool_calls")]

    def column_names(self, what, *aliases):
        return [name for name in self.names(what, *aliases) if name not in self.columns.values()]

    def of_row(self, row):
        """The line and the facts of a row. Raises Reject."""
        self.begin()
        row = {name: value for name, value in row.items() if name not in self.ignore}
        read = set(self.columns.values())
        return self.conversation(self.raw_messages(row, read), row, read)

    def of_turns(self, turns):
        """The same of the questions and answers of a dialogue."""
        self.begin()
        return self.conversation(pairs_of(turns), {}, set())

    # The messages as the row has them

    def raw_messages(self, row, read):
        column = self.columns
        if self.format in LISTS:
            name, role, content = (column[c] for c in LISTS[self.format])
            return self.listed(name, structure(row.get(name)), role, content)
        if self.format == "alpaca":
            return [*self.past(row, read), Raw("user", self.alpaca_prompt(row), {}),
                    self.answer_of(row, column["output"], read)]
        prompt, response = column["prompt"], column["response"]
        asked, answers = [Raw("user", row.get(prompt), {})], []
        if isinstance(row.get(prompt), list):
            asked = self.listed(prompt, row[prompt], "role", "content", is_context=True)
        if isinstance(row.get(response), list):
            answers = self.listed(response, row[response], "role", "content")
        return [*self.past(row, read), *asked, *(answers or [self.answer_of(row, response, read)])]

    def listed(self, name, found, role, content, is_context=False):
        found = [structure(message) for message in found] if isinstance(found, list) else []
        if not found or not all(isinstance(message, dict) for message in found):
            raise Reject("no_messages")
        apart = {role, content, *self.ignore}
        return [Raw(m.get(role), m.get(content), {k: v for k, v in m.items() if k not in apart}, name, is_context)
                for m in found]

    def answer_of(self, row, column, read):
        read |= set(self.of_answer)
        return Raw("assistant", row.get(column), {name: row.get(name) for name in self.of_answer})

    def alpaca_prompt(self, row):
        instruction, extra = row.get(self.columns["instruction"]), row.get(self.columns["input"])
        if says_nothing(extra) or not isinstance(instruction, str):
            return instruction
        return instruction + "\n\n" + extra if isinstance(extra, str) else extra

    def past(self, row, read):
        pairs = self.first(row, self.history, read, structure) or []
        if not isinstance(pairs, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
            self.reasons.add("bad_history")
            return []
        return pairs_of(pairs)

    # The conversation

    def conversation(self, raw, row, read):
        roles = [self.roles.get(role_name(r.role)) if isinstance(r.role, str) else None for r in raw]
        if None in roles:
            self.reasons.add("unknown_role")
            raise self.reject()
        answers = [at for at, role in enumerate(roles) if role in ("assistant", "tool_call")]
        end = answers[-1] + 1 if answers else len(raw)
        messages, blank_system = [], 0
        for one, role in zip(raw[:end], roles):
            found = self.messages(one, role)
            blank_system += not found
            for message in found:
                before = messages[-1] if messages else {"role": None}
                if (role == "tool_call" and before["role"] == "assistant"
                        and before.get("weight") == message.get("weight")):
                    before["tool_calls"] = before.get("tool_calls", []) + message["tool_calls"]
                else:
                    messages.append(message)
        if messages and messages[0]["role"] != "system":
            system = self.first(row, self.system, read)
            if system is not None:
                messages.insert(0, {"role": "system", "content": self.needed(system, "content_not_text")})
        tools = self.first(row, self.tools, read, structure)
        tools = {} if tools is None else {"tools": self.tools_of(tools)}
        if not answers:
            self.reasons.add("no_assistant")
        if any(is_blank(m["content"]) and m["role"] != "tool" and "tool_calls" not in m for m in messages):
            self.reasons.add("blank_content")
        if self.reasons:
            raise self.reject()
        unread = self.unread(row, read, messages)
        line = {"messages": [self.written(message) for message in messages], **tools}
        if any(re.search("[\ud800-\udfff]", text) for text in strings(line)):
            raise Reject("lone_surrogate")
        return line, {"unread": unread, "blankSystem": blank_system, "trailing": end < len(raw), "holds": held(line)}

    def reject(self):
        return Reject(min(self.reasons, key=REASONS.index))

    def written(self, message):
        if self.inline and "reasoning_content" in message:
            thought = message.pop("reasoning_content").strip("\n")
            message["content"] = f"<think>\n{thought}\n</think>\n\n{message['content']}"
        return {key: message[key] for key in KEYS if key in message}

    def tools_of(self, tools):
        functions = [self.tool(structure(tool)) for tool in (tools if isinstance(tools, list) else [None])]
        if None in functions:
            self.reasons.add("bad_tools")
        return [{"type": "function", "function": function} for function in functions]

    def tool(self, tool):
        function = function_of(tool)
        if not isinstance(function, dict) or not is_named(function) or function is not tool and not is_function(tool):
            return None
        parameters = structure(function.get("parameters"))
        function = {**function, "parameters": parameters} if isinstance(parameters, dict) else function
        return None if is_too_deep(function) else function

    def unread(self, row, read, messages):
        said = {message[key] for message in messages for key in ("content", "reasoning_content") if key in message}
        own = {"instruction", "response"} if self.format == "magpie" else set()
        named, named_keys = self.named(*OPTIONAL), self.named("reasoning", "tool_calls", "weight")
        columns = [name for name, value in row.items() if name not in {*own, *read, *self.filtered}
                   and tells(name, value, COLUMN_NAMES, named, self.weights, said, 1)]
        keys = [f"{name}[].{key}" for name, key, value in self.unread_keys
                if tells(key, value, KEY_NAMES, named_keys, self.weights, said, 0)]
        return sorted({*columns, *keys})

    def named(self, *fields):
        return [self.fields[field] for field in fields if field in self.fields]


def pairs_of(pairs):
    return [Raw(role, text, {}) for pair in pairs for role, text in zip(("user", "assistant"), pair)]


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for member in (value if isinstance(value, list) else [*value, *value.values()]):
            yield from strings(member)


def held(line):
    def some(key):
        return any(key in message for message in line["messages"])
    return {"reasoning": some("reasoning_content"), "tools": "tools" in line, "toolCalls": some("tool_calls"),
            "weight": some("weight"), "names": some("name")}
