import type { Conversation, Message, ToolCall } from '../../convert/conversation/conversation.js';

/** A part of a content: words, or reasoning. */
export type ChatPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string };

/** A message as renderers read it: `Message` of `tinker_cookbook.renderers`. */
export interface ChatMessage {
  /** `user`, `assistant`, `system`, `tool`, or a role of the renderer's own such as `tool_declare`. */
  readonly role: string;
  readonly content: string | readonly ChatPart[];
  readonly calls?: readonly ToolCall[] | undefined;
  /** Of a result: the call that it answers. */
  readonly callId?: string | undefined;
  readonly name?: string | undefined;
  /**
   * Index of the message in its conversation. `tools`: declares the tools, where the conversation has no
   * system message of its own; `renderer`: what the renderer adds to every conversation.
   */
  readonly from: number | 'tools' | 'renderer';
}

/** The messages of a conversation. Its tools are declared by the renderer. */
export function chatMessages({ messages }: Pick<Conversation, 'messages'>): readonly ChatMessage[] {
  return messages.map(chatMessage);
}

function chatMessage(message: Message, from: number): ChatMessage {
  const { role, reasoning_content: reasoning, tool_calls: calls, tool_call_id: callId, name } = message;
  const words = role === 'tool' ? unwrapped(message.content) : message.content;
  return {
    role,
    content: reasoning === undefined ? words : parts(reasoning, words),
    calls,
    callId,
    name,
    from,
  };
}

/** The words of a result that Hermes' data wraps already: renderers wrap them in their own way. */
function unwrapped(content: string): string {
  return /^\s*<tool_response>\n?(.*?)\n?<\/tool_response>\s*$/s.exec(content)?.[1] ?? content;
}

function parts(reasoning: string, words: string): readonly ChatPart[] {
  const thinking: ChatPart = { type: 'thinking', thinking: reasoning };
  return words === '' ? [thinking] : [thinking, { type: 'text', text: words }];
}

/** The words of a content: its text parts, joined. */
export function wordsOf(content: ChatMessage['content']): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** The reasoning of a content: its thinking parts, joined; `undefined` where it has none. */
export function reasoningOf(content: ChatMessage['content']): string | undefined {
  if (typeof content === 'string') return undefined;
  const thinking = content.filter((part) => part.type === 'thinking');
  return thinking.length === 0 ? undefined : thinking.map((part) => part.thinking).join('');
}

/** Whether a message reasons: in a thinking part, or in a think block of its text, closed or not. */
export function reasons({ content }: Pick<ChatMessage, 'content'>): boolean {
  return typeof content === 'string' ? content.includes('<think>') : reasoningOf(content) !== undefined;
}

/** Index of the last user message; -1 where there is none. */
export function lastUserIndex(messages: readonly Pick<ChatMessage, 'role'>[]): number {
  return messages.findLastIndex(({ role }) => role === 'user');
}
