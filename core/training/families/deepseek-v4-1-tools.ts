import type { ToolCall } from '../../convert/conversation/conversation.js';
import { parsePythonJson } from '../../json/parse-python-json.js';
import { pythonJson } from '../../json/python-json.js';
import {
  isSpelledList,
  isSpelledObject,
  memberOf,
  parseSpelled,
  type SpelledJson,
} from '../../json/spelled-json.js';
import type { DeclaredMessage } from '../rendering/renderer.js';
import { openAiTools, toolDeclare } from '../rendering/tool-declare.js';

/** The words of the system message, if any, and the tools as JSON. */
export function declareTools(tools: readonly string[], system: string): readonly DeclaredMessage[] {
  const declared = { role: toolDeclare, content: pythonJson(openAiTools(tools)) };
  return system === '' ? [declared] : [{ role: 'system', content: system }, declared];
}

/**
 * Tools as they are written behind the words of the system message. From `_TOOLS_TEMPLATE`.
 *
 * @param declared - the words of a message that declares tools.
 */
export function toolsBlock(declared: string): string {
  const entries = parsePythonJson(declared);
  const tools = isSpelledList(entries) ? entries : [];
  const schemas = tools.map((entry) => pythonJson(memberOf(entry, 'function'), { raw: true }));
  return `## Tools

You have access to a set of tools to help answer the user's question. You can invoke tools by writing a "<｜DSML｜ calls>" block like the following:

<｜DSML｜ calls>
<｜DSML｜ invoke name="$TOOL_NAME">
<｜DSML｜ parameter name="$PARAMETER_NAME" string="true|false">$PARAMETER_VALUE</｜DSML｜ parameter>
...
</｜DSML｜ invoke>
<｜DSML｜ invoke name="$TOOL_NAME2">
...
</｜DSML｜ invoke>
</｜DSML｜ calls>

String parameters should be specified as is and set \`string="true"\`. For all other types (numbers, booleans, arrays, objects), pass the value in JSON format and set \`string="false"\`.

If thinking_mode is enabled (triggered by <think>), you MUST output your complete reasoning inside <think>...</think> BEFORE any tool calls or final response.

Otherwise, output directly after </think> with tool calls or final response.

### Available Tool Schemas

${schemas.join('\n')}

You MUST strictly follow the above defined tool name and parameter schemas to invoke tool calls.
`;
}

/** Calls behind the words of a turn; empty without calls. */
export function callsText(calls: readonly ToolCall[]): string {
  if (calls.length === 0) return '';
  return `\n\n<｜DSML｜ calls>\n${calls.map(callText).join('\n')}\n</｜DSML｜ calls>`;
}

function callText({ function: { name, arguments: given } }: ToolCall): string {
  const parameters = Array.from(parametersOf(given), ([key, value]) => {
    const isText = typeof value === 'string';
    const text = isText ? value : pythonJson(value, { raw: true });
    return `<｜DSML｜ parameter name="${key}" string="${isText}">${text}</｜DSML｜ parameter>`;
  });
  return `<｜DSML｜ invoke name="${name}">\n${parameters.join('\n')}\n</｜DSML｜ invoke>`;
}

/** JSON may be encoded twice. A text that is no object is one parameter, `arguments`. */
function parametersOf(text: string): ReadonlyMap<string, SpelledJson> {
  const once = parsedOrText(text);
  const parsed = typeof once === 'string' ? parsedOrText(once) : once;
  return isSpelledObject(parsed) ? parsed : new Map([['arguments', text]]);
}

function parsedOrText(text: string): SpelledJson {
  try {
    return parseSpelled(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
