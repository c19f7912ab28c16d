import type { Conversation } from './conversation.js';

/**
 * Whether a text of a conversation has half a surrogate pair, which UTF-8 cannot encode. `arguments` that
 * spell one as an escape have none.
 */
export function holdsLoneSurrogate({ messages, tools = [] }: Conversation): boolean {
  return (
    tools.some((tool) => escapedSurrogate.test(tool)) ||
    messages.some(
      (message) =>
        isBroken(message.content) ||
        isBroken(message.reasoning_content) ||
        isBroken(message.tool_call_id) ||
        isBroken(message.name) ||
        message.tool_calls?.some(
          (call) => isBroken(call.id) || isBroken(call.function.name) || isBroken(call.function.arguments),
        ),
    )
  );
}

/** In compact JSON, half a pair is an escape behind an even number of backslashes. */
const escapedSurrogate = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

/** Whether a text has half a surrogate pair. */
export function isBroken(text: string | undefined): boolean {
  // ES2024: Node has it, the library of our compile target does not declare it. Much faster than a regular
  // expression.
  return text !== undefined && !(text as string & { isWellFormed(): boolean }).isWellFormed();
}
