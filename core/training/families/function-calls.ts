import type { ToolCall } from '../../convert/conversation/conversation.js';
import { pythonJson } from '../../json/python-json.js';
import { pythonStr } from '../../json/python-str.js';
import { isSpelledList, isSpelledObject, type SpelledJson } from '../../json/spelled-json.js';
import { argumentsOf } from '../rendering/call-arguments.js';

/**
 * A call in the form of Qwen3.5 and Nemotron 3: the name and each argument between tags.
 *
 * @param argument - a value as text.
 */
export function functionCall({ function: call }: ToolCall, argument: (value: SpelledJson) => string): string {
  const parameters = Array.from(
    argumentsOf(call.arguments),
    ([name, value]) => `<parameter=${name}>\n${argument(value)}\n</parameter>\n`,
  );
  return `<tool_call>\n<function=${call.name}>\n${parameters.join('')}</function>\n</tool_call>`;
}

/** Objects and lists as JSON; all else as Python's `str` has it, with `True` and `None`. */
export function valueText(value: SpelledJson): string {
  return isSpelledObject(value) || isSpelledList(value) ? pythonJson(value) : pythonStr(value);
}

/** From `create_conversation_prefix_with_tools` of `Qwen3_5Renderer` and `Nemotron3Renderer`. */
export function functionsBlock(declarations: readonly string[]): string {
  return `# Tools

You have access to the following functions:

<tools>
${declarations.join('\n')}
</tools>

If you choose to call a function ONLY reply in the following format with NO suffix:

<tool_call>
<function=example_function_name>
<parameter=example_parameter_1>
value_1
</parameter>
<parameter=example_parameter_2>
This is the value for the second parameter
that can span
multiple lines
</parameter>
</function>
</tool_call>

<IMPORTANT>
Reminder:
- Function calls MUST follow the specified format: an inner <function=...></function> block must be nested within <tool_call></tool_call> XML tags
- Required parameters MUST be specified
- You may provide optional reasoning for your function call in natural language BEFORE the function call, but NOT after
- If there is no function call available, answer the question like normal with your current knowledge and do not tell the user about function calls
</IMPORTANT>`;
}
