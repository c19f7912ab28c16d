import type { RejectReason } from '../contracts/conversion.js';
import type { Role, RowRole } from './roles.js';

/** A call of a tool, as OpenAI's chat format has it. */
export interface ToolCall {
  readonly id?: string;
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    /** A text that holds a JSON object. */
    readonly arguments: string;
  };
}

/** A message of a canonical conversation. Members that are absent are not in the line, either. */
export interface Message {
  readonly role: Role;
  /** Empty only beside `tool_calls` and of the role `tool`. */
  readonly content: string;
  /** Of an assistant: its reasoning, as given. */
  readonly reasoning_content?: string;
  /** Of an assistant: at least one. */
  readonly tool_calls?: readonly ToolCall[];
  /** Of a tool: the call that it answers. */
  readonly tool_call_id?: string;
  readonly name?: string;
  /** Of an assistant: the message is context and is not trained. */
  readonly weight?: 0;
}

/** A canonical conversation: one line of train.jsonl. */
export interface Conversation {
  readonly messages: readonly Message[];
  /** The tools that the assistant may call: of each, its function as compact JSON, spelt as in the data. */
  readonly tools?: readonly string[];
}

/** A turn as found in a row, unchecked. */
export interface RawMessage {
  readonly role: unknown;
  readonly content: unknown;
}

const blank = /^[\p{White_Space}\uFEFF]*$/u;

/** Whether a text holds only white space and byte order marks. */
export function isBlank(text: string): boolean {
  return blank.test(text);
}

/** Whether a text has half a surrogate pair, which UTF-8 cannot encode. */
function hasLoneSurrogate(text: string): boolean {
  // ES2024: Node has it, the library of our compile target does not declare it. Much faster than a regular
  // expression.
  return !(text as string & { isWellFormed(): boolean }).isWellFormed();
}

/**
 * Maps roles, drops the messages after the last one of the assistant and checks the rest. Returns the
 * conversation, or why there is none: the first reason in the order of `rejectReasons`.
 *
 * @param raw - at least one message.
 */
export function checkConversation(
  raw: readonly RawMessage[],
  roleOf: (role: unknown) => RowRole | undefined,
): readonly Message[] | RejectReason {
  const roles: Role[] = [];
  for (const { role } of raw) {
    const known = roleOf(role);
    if (known === undefined || known === 'tool_call') return 'unknown_role';
    roles.push(known);
  }
  const lastAssistant = roles.lastIndexOf('assistant');
  const messages: Message[] = [];
  for (const [index, role] of roles.entries()) {
    if (lastAssistant !== -1 && index > lastAssistant) break;
    const content = raw[index]?.content;
    if (typeof content !== 'string') return 'content_not_text';
    messages.push({ role, content });
  }
  if (lastAssistant === -1) return 'no_assistant';
  if (messages.some(({ content }) => isBlank(content))) return 'blank_content';
  if (messages.some(({ content }) => hasLoneSurrogate(content))) return 'lone_surrogate';
  return messages;
}
