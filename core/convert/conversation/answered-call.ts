import type { Message, ToolCall } from './conversation.js';

/**
 * The call that a result answers: the last one before it with its id; `undefined` where the result has no id
 * or no call has it.
 *
 * @param at - index of the result.
 */
export function answeredCall(messages: readonly Message[], at: number): ToolCall | undefined {
  const id = messages[at]?.tool_call_id;
  if (id === undefined) return undefined;
  return messages
    .slice(0, at)
    .flatMap(({ tool_calls: calls = [] }) => calls)
    .findLast((call) => call.id === id);
}
