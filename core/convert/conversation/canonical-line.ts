import { z } from 'zod';
import { maxNesting, nestsTooDeep } from '../../json/nesting.js';
import { compactJson, memberOf, parseSpelled, type SpelledJson } from '../../json/spelled-json.js';
import { isObject } from '../layout.js';
import type { Conversation, Message, ToolCall } from './conversation.js';
import { roles } from './roles.js';

const CanonicalArguments = z.string().refine(holdsObject, {
  error: `is not the text of a JSON object of at most ${maxNesting} levels`,
});

function holdsObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && !nestsTooDeep(value);
  } catch {
    return false;
  }
}

const CanonicalFunction = z
  .object({ name: z.string() })
  .loose()
  .refine((value) => !nestsTooDeep(value), { error: `has more than ${maxNesting} levels` })
  .readonly();

const CanonicalCall = z
  .object({
    id: z.string().exactOptional(),
    type: z.literal('function'),
    function: z.object({ name: z.string(), arguments: CanonicalArguments }).readonly(),
  })
  .readonly();

const CanonicalMessage = z
  .object({
    role: z.enum(roles),
    content: z.string(),
    reasoning_content: z.string().exactOptional(),
    tool_calls: z.array(CanonicalCall).readonly().exactOptional(),
    tool_call_id: z.string().exactOptional(),
    name: z.string().exactOptional(),
    weight: z.literal(0).exactOptional(),
  })
  .readonly();

/** A line of train.jsonl or heldout.jsonl, as JSON.parse returns it: without the spelling of its tools. */
export const CanonicalLine = z.object({
  messages: z.array(CanonicalMessage).readonly(),
  tools: z
    .array(z.object({ type: z.literal('function'), function: CanonicalFunction }))
    .readonly()
    .exactOptional(),
});

export type CanonicalLine = z.infer<typeof CanonicalLine>;

/** The line of a conversation in train.jsonl, without its newline. Members in this order, text unchanged. */
export function canonicalLine({ messages, tools }: Conversation): string {
  const list = `"messages":${JSON.stringify(messages.map(orderedMessage))}`;
  if (tools === undefined) return `{${list}}`;
  return `{${list},"tools":[${tools.map((tool) => `{"type":"function","function":${tool}}`).join(',')}]}`;
}

/** Members that are `undefined` are omitted by `JSON.stringify`. */
function orderedMessage(message: Message): object {
  const { role, content, reasoning_content, tool_calls, tool_call_id, name, weight } = message;
  return {
    role,
    content,
    reasoning_content,
    tool_calls: tool_calls?.map(orderedCall),
    tool_call_id,
    name,
    weight,
  };
}

function orderedCall({ id, type, function: { name, arguments: text } }: ToolCall): object {
  return { id, type, function: { name, arguments: text } };
}

/**
 * The conversation of a canonical line.
 *
 * @throws {SyntaxError} where the line is not JSON, {ZodError} where it is no conversation.
 */
export function parseCanonicalLine(line: string): Conversation {
  return conversationOf(CanonicalLine.parse(JSON.parse(line)), line);
}

/** @param line - the text that `parsed` was read from, for the spelling of its tools. */
export function conversationOf({ messages, tools }: CanonicalLine, line: string): Conversation {
  return tools === undefined ? { messages } : { messages, tools: toolsOf(parseSpelled(line)) };
}

/** The functions of a line whose shape was checked. */
function toolsOf(line: SpelledJson): readonly string[] {
  const tools = memberOf(line, 'tools');
  return Array.isArray(tools)
    ? tools.map((tool: SpelledJson) => compactJson(memberOf(tool, 'function')))
    : [];
}

/** Length of what the assistant writes (content, reasoning, arguments of calls), in UTF-16 code units. */
export function assistantChars({ messages }: Conversation): number {
  return messages.reduce((sum, message) => (message.role === 'assistant' ? sum + charsOf(message) : sum), 0);
}

function charsOf({ content, reasoning_content = '', tool_calls = [] }: Message): number {
  const calls = tool_calls.reduce((sum, call) => sum + call.function.arguments.length, 0);
  return content.length + reasoning_content.length + calls;
}
