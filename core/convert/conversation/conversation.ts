import type { Role } from './roles.js';

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
