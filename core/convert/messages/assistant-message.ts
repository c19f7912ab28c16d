import { defined } from '../../defined.js';
import { isBlank } from '../conversation/blank.js';
import { readCall, readCallMessage, readCallPart, readCalls } from './calls.js';
import type { ToolCall } from '../conversation/conversation.js';
import { readPart } from './parts.js';
import type { RawMessage } from './raw-message.js';
import { firstStructure, optionalText, type Reading } from './reading.js';
import { readReasoning } from './reasoning.js';
import type { Reasons } from './reasons.js';
import type { RowValue } from './row-value.js';
import { readWeight } from './weight.js';

/** Reads a message of the assistant. @param used - gets the names of the members that are read. */
export function readAssistant(raw: RawMessage, reading: Reading, used: Set<string>): void {
  const { reasons, messages } = reading;
  const { names, members } = raw;
  const { text, thinking, callParts } = assistantContent(raw, reasons);
  const calls = callsOf(raw, callParts, reasons, used);
  if (calls === undefined && text === undefined) reasons.add('content_not_text');
  const content = text ?? '';
  const reasonings = names.reasoning.map((name) => members.member(name));
  for (const name of names.reasoning) used.add(name);
  const reasoning = readReasoning(thinking, reasonings, content, reasons);
  const name = optionalText(raw, names.name, used);
  const weight = weightOf(raw, reasons, used);
  // Not by a helper: this runs for most messages, and most have none of it.
  messages.push({
    role: 'assistant',
    content,
    ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
    ...(calls === undefined ? {} : { tool_calls: calls }),
    ...(name === undefined ? {} : { name }),
    ...(weight === undefined ? {} : { weight }),
  });
}

/**
 * Reads a message that is the JSON of calls. They join the assistant's message before it, if it has the same
 * weight.
 */
export function readCallsMessage(raw: RawMessage, { reasons, messages }: Reading, used: Set<string>): void {
  const calls = readCallMessage(raw.content, reasons);
  const weight = weightOf(raw, reasons, used);
  const before = messages.at(-1);
  if (before?.role === 'assistant' && before.weight === weight)
    messages[messages.length - 1] = { ...before, tool_calls: [...(before.tool_calls ?? []), ...calls] };
  else messages.push({ role: 'assistant', content: '', tool_calls: calls, ...defined({ weight }) });
}

/** What the content of an assistant's message holds. */
interface AssistantContent {
  /** Absent where there is no content. */
  readonly text?: string;
  readonly thinking: string;
  readonly callParts: readonly RowValue[];
}

function assistantContent({ content, list, names }: RawMessage, reasons: Reasons): AssistantContent {
  const { value } = content;
  const none = { thinking: '', callParts: [] };
  if (typeof value === 'string') return { text: value, ...none };
  if (value === undefined || value === null) return none;
  const parts = list === undefined ? undefined : content.items();
  if (parts !== undefined) return assistantParts(parts, names.weight, reasons);
  reasons.add('content_not_text');
  return { text: '', ...none };
}

/** Thinking comes first, then words, then calls. Blank texts may stand anywhere. */
function assistantParts(
  parts: readonly RowValue[],
  weightNames: readonly string[],
  reasons: Reasons,
): AssistantContent {
  let [text, thinking] = ['', ''];
  let hasWords = false;
  const callParts: RowValue[] = [];
  for (const item of parts) {
    const part = readPart(item, 'assistant');
    if (part.kind === 'bad') reasons.add(part.reason);
    else if (part.kind === 'call') callParts.push(item);
    else if ('text' in part) {
      if (readWeight(item, weightNames, reasons) === 0) reasons.add('bad_weight');
      const isThinking = part.kind === 'thinking';
      const isLate = callParts.length > 0 || (isThinking && hasWords);
      if (isLate && !isBlank(part.text)) reasons.add('part_order');
      if (isThinking) thinking += part.text;
      else text += part.text;
      hasWords ||= !isThinking && !isBlank(part.text);
    }
  }
  return { text, thinking, callParts };
}

/** The calls of a message; `undefined` where nothing says that there are any. */
function callsOf(
  { members, names }: RawMessage,
  callParts: readonly RowValue[],
  reasons: Reasons,
  used: Set<string>,
): readonly ToolCall[] | undefined {
  if (callParts.length > 0) return callParts.flatMap((part) => readCallPart(part, reasons) ?? []);
  const list = firstStructure(members, names.toolCalls, used);
  if (list !== undefined) return readCalls(list, reasons);
  const call = firstStructure(members, names.functionCall, used);
  if (call === undefined) return undefined;
  const read = readCall(call, reasons);
  return read === undefined ? [] : [read];
}

function weightOf(
  { members, names, isContext }: RawMessage,
  reasons: Reasons,
  used: Set<string>,
): 0 | undefined {
  for (const name of names.weight) used.add(name);
  const weight = readWeight(members, names.weight, reasons);
  return weight === 0 || (isContext === true && weight !== 1) ? 0 : undefined;
}
