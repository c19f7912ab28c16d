import type { Message } from '../convert/conversation/conversation.js';

/**
 * Hashed before the prompt. The seed is not: the split does not move when the seed changes or data is added.
 */
export const heldoutPrefix = 'heldout\n';
/** h is the first six bytes of the hash, big-endian: an integer in [0, 2^48). */
export const heldoutHashBytes = 6;

/**
 * The text that decides whether a conversation is held out: the first user message, or without one the first
 * message.
 */
export function heldoutPrompt(messages: readonly Message[]): string {
  return (messages.find(({ role }) => role === 'user') ?? messages[0])?.content ?? '';
}

/** A conversation is held out if h is below this: ⌊fraction·10⁶ · 2⁴⁸ / 10⁶⌋, computed in integers. */
export function heldoutThreshold(fraction: number): number {
  return Number((BigInt(Math.round(fraction * 1e6)) * 2n ** 48n) / 1_000_000n);
}
