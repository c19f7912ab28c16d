import { noFacts, type ConversationFacts } from '../../../core/convert/findings/facts.js';

/**
 * The facts of a conversation that is no more than texts; none where there is nothing to count.
 *
 * @param unread - columns that were not read.
 * @param trailing - whether messages behind the last answer were left out.
 */
export function plainFacts(
  unread: readonly { readonly name: string }[],
  trailing: boolean,
): { readonly facts?: ConversationFacts } {
  if (unread.length === 0 && !trailing) return {};
  return { facts: { ...noFacts, unread: unread.map(({ name }) => name), trailing } };
}
