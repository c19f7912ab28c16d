import type { ToolCall } from '../../convert/conversation/conversation.js';
import { pythonJson } from '../../json/python-json.js';
import { pythonTruth } from '../../json/python-truth.js';
import { isSpelledObject, memberOf, parseSpelled, type SpelledJson } from '../../json/spelled-json.js';
import { argumentsOf } from '../rendering/call-arguments.js';
import type { ChatMessage } from '../rendering/chat.js';
import type { DeclaredMessage } from '../rendering/renderer.js';

/** From `Glm5_3Renderer.create_conversation_prefix_with_tools`: the words follow as a second message. */
export function declareTools(tools: readonly string[], system: string): readonly DeclaredMessage[] {
  const functions = tools.map(parseSpelled).filter((tool) => !pythonTruth(memberOf(tool, 'defer_loading')));
  const lines = functions.map((tool) => `${pythonJson(withoutFlags(tool), { raw: true })}\n`);
  const declared = { role: 'system', content: toolsText(lines.join('')) };
  return system === '' ? [declared] : [declared, { role: 'system', content: system }];
}

function withoutFlags(tool: SpelledJson): SpelledJson {
  if (!isSpelledObject(tool)) return tool;
  return new Map([...tool].filter(([name]) => name !== 'defer_loading' && name !== 'strict'));
}

function toolsText(lines: string): string {
  return `
# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
${lines}</tools>

For each function call, output the function name and arguments within the following XML format:
<tool_call>{function-name}<arg_key>{arg-key-1}</arg_key><arg_value>{arg-value-1}</arg_value><arg_key>{arg-key-2}</arg_key><arg_value>{arg-value-2}</arg_value>...</tool_call>`;
}

/** A call: a text as it is, any other argument as JSON. */
export function callText({ function: { name, arguments: text } }: ToolCall): string {
  const pairs = Array.from(
    argumentsOf(text),
    ([key, value]) => `<arg_key>${key}</arg_key><arg_value>${argument(value)}</arg_value>`,
  );
  return `<tool_call>${name}${pairs.join('')}</tool_call>`;
}

function argument(value: SpelledJson): string {
  return typeof value === 'string' ? value : pythonJson(value, { raw: true });
}

/** The messages with the results of each turn in the order of its calls. */
export function sortedResults(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const sorted: ChatMessage[] = [];
  for (let at = 0; at < messages.length;) {
    const behind = messages.slice(at);
    const others = behind.findIndex(({ role }) => role !== 'tool');
    const run = others < 0 ? behind : behind.slice(0, Math.max(others, 1));
    sorted.push(...(run[0]?.role === 'tool' ? inOrderOf(messages[at - 1], run) : run));
    at += run.length;
  }
  return sorted;
}

/** As they are, unless each call and each result has an id of its own, and each result that of a call. */
function inOrderOf(turn: ChatMessage | undefined, results: readonly ChatMessage[]): readonly ChatMessage[] {
  const calls = turn?.role === 'assistant' ? (turn.calls ?? []).map(({ id }) => id) : [];
  const answered = results.map(({ callId }) => callId);
  if (!areIds(calls) || !areIds(answered) || !answered.every((id) => calls.includes(id))) return results;
  return calls.flatMap((id) => results.filter(({ callId }) => callId === id));
}

function areIds(ids: readonly (string | undefined)[]): boolean {
  return !ids.some((id) => id === undefined || id === '') && new Set(ids).size === ids.length;
}
