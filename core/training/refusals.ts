import type { RefusalReason } from '../contracts/tokens.js';
import type { Conversation, Message } from '../convert/conversation/conversation.js';
import type { RendererName } from '../recipe.js';
import type { Renderer } from './renderer.js';

/** Why a renderer refuses a conversation whatever is trained of it; `undefined` where it does not. */
export function refusalOf(renderer: Renderer, conversation: Conversation): RefusalReason | undefined {
  const { messages, tools = [] } = conversation;
  const reasons = messages.some(({ reasoning_content: reasoning }) => reasoning !== undefined);
  if (reasons && !renderer.hasReasoning) return 'reasoning';
  const usesTools = tools.length > 0 || messages.some(isOfTools);
  if (usesTools && renderer.systemWithTools === undefined) return 'tools';
  return renderer.refusal?.(messages);
}

function isOfTools({ role, tool_calls: calls }: Message): boolean {
  return role === 'tool' || calls !== undefined;
}

/** A refusal in words: "llama3 has no form for reasoning". */
export function refusalText(reason: RefusalReason, renderer: RendererName): string {
  switch (reason) {
    case 'reasoning':
      return `${renderer} has no form for reasoning`;
    case 'tools':
      return `${renderer} has no form for tools, their calls and results`;
    case 'thinking_disabled':
      return `the generation prompt of ${renderer} forbids reasoning, and the trained turn reasons`;
    case 'turn_of_several':
      return `the generation prompt of ${renderer} has an empty think block, and of the several messages of the trained turn only the last has one`;
    case 'no_user':
      return `the generation prompt of ${renderer} has an empty think block, and a conversation without a user message has none`;
  }
}
