import { roles } from '../../convert/conversation/roles.js';
import { reasoningOf, type ChatMessage } from './chat.js';

const knownRoles: ReadonlySet<string> = new Set(roles);

/** Whether the role is one that conversations have. */
export function hasKnownRole({ role }: ChatMessage): boolean {
  return knownRoles.has(role);
}

/** Whether a content is one text. The cookbook's `ensure_text` takes no other. */
export function isOneText(content: ChatMessage['content']): boolean {
  return typeof content === 'string' || (content.length === 1 && content[0]?.type === 'text');
}

/** Whether somebody else than an assistant has several parts, or reasoning alone. */
export function isOfSeveralTexts({ role, content }: ChatMessage): boolean {
  return role !== 'assistant' && !isOneText(content);
}

/** Whether somebody else than an assistant reasons. */
export function reasonsWithoutForm({ role, content }: ChatMessage): boolean {
  return role !== 'assistant' && reasoningOf(content) !== undefined;
}
