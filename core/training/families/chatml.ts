import type { Piece } from '../rendering/renderer.js';

/** Ends a turn. */
export const imEnd = '<|im_end|>';

const imStart: Piece = { special: '<|im_start|>' };

/**
 * Opens a turn. Every turn but the first one begins on a line of its own.
 *
 * @param rest - follows the role's line in the same text.
 */
export function chatmlHeader(role: string, index: number, rest = ''): readonly Piece[] {
  const opening = { text: `${role}\n${rest}` };
  return index > 0 ? [{ text: '\n' }, imStart, opening] : [imStart, opening];
}

/** Results of tools have the user's role. */
export function chatmlRole(role: string): string {
  return role === 'tool' ? 'user' : role;
}
