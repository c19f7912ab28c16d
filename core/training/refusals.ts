import type { RefusalReason } from '../contracts/tokens.js';
import type { Conversation, Message } from '../convert/conversation/conversation.js';
import type { RendererName } from '../recipe.js';
import type { Renderer } from './rendering/renderer.js';

/**
 * Why a conversation is not trained with a renderer whatever is trained of it, besides what the renderer
 * itself refuses; `undefined` where it is.
 */
export function refusalOf(renderer: Renderer, conversation: Conversation): RefusalReason | undefined {
  const last = conversation.messages.at(-1);
  const reasonsLast = renderer.disablesThinking && last !== undefined && reasons(last);
  return formRefusalOf(renderer, conversation) ?? (reasonsLast ? 'thinking_disabled' : undefined);
}

/** Whether a renderer has no form for a part of a conversation. */
export function formRefusalOf(renderer: Renderer, conversation: Conversation): RefusalReason | undefined {
  const { messages, tools = [] } = conversation;
  if (!renderer.hasReasoning && messages.some(reasons)) return 'reasoning';
  const usesTools = tools.length > 0 || messages.some(isOfTools);
  return usesTools && renderer.declareTools === undefined ? 'tools' : undefined;
}

function reasons({ reasoning_content: reasoning }: Message): boolean {
  return reasoning !== undefined;
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
    case 'role':
      return `${renderer} has no form for a role other than user, assistant, system and tool`;
    case 'parts':
      return `${renderer} writes one text a message, and a message has several parts`;
    case 'system_later':
      return `${renderer} writes a system message at the beginning only, and a later message is one`;
    case 'thinking_disabled':
      return `the generation prompt of ${renderer} forbids reasoning, and the trained turn reasons`;
    case 'turn_of_several':
      return `the generation prompt of ${renderer} has an empty think block, and not every message of the trained turn is written with one`;
    case 'no_user':
      return `the generation prompt of ${renderer} has an empty think block, and a conversation without a user message has none`;
  }
}
