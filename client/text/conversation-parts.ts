import { answeredCall } from '../../core/convert/conversation/answered-call.js';
import type { Conversation, Message, ToolCall } from '../../core/convert/conversation/conversation.js';

/** A part of a conversation for the terminal: text of one kind. */
export interface ConversationPart {
  /** `user`, `assistant, context, not trained`, `reasoning`, `call, id 1`, `tool, result of w, id 1`. */
  readonly label: string;
  readonly text: string;
}

/**
 * The tools and messages of a conversation in the order in which they are read. Labels and texts are those of
 * the data: escape them.
 */
export function conversationParts({ messages, tools = [] }: Conversation): readonly ConversationPart[] {
  return [
    ...tools.map((text) => ({ label: 'tools', text })),
    ...messages.flatMap((message, at) => messageParts(message, answeredCall(messages, at))),
  ];
}

function messageParts(message: Message, answered: ToolCall | undefined): ConversationPart[] {
  const { role, content, name, weight, tool_call_id: id } = message;
  const { reasoning_content: reasoning, tool_calls: calls = [] } = message;
  const label = [
    role,
    ...(name === undefined ? [] : [`, name ${name}`]),
    ...(answered === undefined ? [] : [`, result of ${answered.function.name}`]),
    ...(id === undefined ? [] : [`, id ${id}`]),
    ...(weight === undefined ? [] : [`, context, not trained`]),
  ].join('');
  return [
    ...(reasoning === undefined ? [] : [{ label: 'reasoning', text: reasoning }]),
    { label, text: content },
    ...calls.map((call) => ({
      label: `call${call.id === undefined ? '' : `, id ${call.id}`}`,
      text: `${call.function.name}(${call.function.arguments})`,
    })),
  ];
}
