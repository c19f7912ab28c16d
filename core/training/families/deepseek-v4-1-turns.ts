import type { ToolCall } from '../../convert/conversation/conversation.js';
import { wordsOf, type ChatMessage } from '../rendering/chat.js';
import { toolDeclare } from '../rendering/tool-declare.js';
import { toolsBlock } from './deepseek-v4-1-tools.js';

/** Whether a message belongs to a turn of the user. Results of tools do. */
export function isOfUser(message: Pick<ChatMessage, 'role'> | undefined): boolean {
  return message?.role === 'user' || message?.role === 'tool';
}

/**
 * The messages in the turns of DeepSeek V4.1. Tools become part of the system message, and their own message
 * stays behind it, empty. Consecutive messages of a user's turn become one text, in the first of them; the
 * others stay, empty.
 */
export function joinTurns(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const withTools = declareInSystem(messages);
  let calls: readonly ToolCall[] = [];
  return withTools.map((message, at) => {
    if (message.calls !== undefined && message.calls.length > 0) ({ calls } = message);
    if (!isOfUser(message)) return message;
    return { ...message, content: isOfUser(withTools[at - 1]) ? '' : turnText(withTools.slice(at), calls) };
  });
}

function declareInSystem(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const at = messages.findIndex(({ role }) => role === toolDeclare);
  const declared = messages[at];
  if (declared === undefined) return messages;
  const system = messages[at - 1] ?? { ...declared, role: 'system', content: '' };
  const content = `${wordsOf(system.content)}\n\n${toolsBlock(wordsOf(declared.content))}`;
  return [{ ...system, content }, { ...declared, content: '' }, ...messages.slice(at + 1)];
}

/** The turn with which `messages` begin. Results stand in the order of their calls. */
function turnText(messages: readonly ChatMessage[], calls: readonly ToolCall[]): string {
  const end = messages.findIndex((message) => !isOfUser(message));
  const turn = messages.slice(0, end < 0 ? messages.length : end);
  const places = new Map(calls.flatMap(({ id }, place) => (id === undefined ? [] : [[id, place]])));
  const placeOf = ({ callId = '' }: ChatMessage): number => places.get(callId) ?? 0;
  const results = turn
    .filter(({ role }) => role === 'tool')
    .toSorted((one, other) => placeOf(one) - placeOf(other))
    .map(({ content }) => `<tool_result>${wordsOf(content)}</tool_result>`);
  return turn.map(({ role, content }) => (role === 'tool' ? results.shift() : wordsOf(content))).join('\n\n');
}
