import type { ChatMessage } from './chat.js';

/** Whether a content is one text. The cookbook's `ensure_text` takes no other. */
export function isOneText(content: ChatMessage['content']): boolean {
  return typeof content === 'string' || (content.length === 1 && content[0]?.type === 'text');
}
