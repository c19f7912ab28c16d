import type { Piece } from './renderer.js';
import type { TokenEncoder } from './token-encoder.js';

/** Ids of one piece. */
export function idsOf(piece: Piece, encoder: TokenEncoder): readonly number[] {
  if ('special' in piece) return [encoder.specialId(piece.special)];
  return piece.text === '' ? [] : encoder.encode(piece.text);
}

/** How many of a piece's first tokens belong to the header. */
export function headerTokens(piece: Piece, ids: readonly number[], encoder: TokenEncoder): number {
  const length = 'text' in piece ? (piece.headerLength ?? 0) : 0;
  if (length === 0) return 0;
  let count = 0;
  while (count < ids.length && encoder.decode(ids.slice(0, count)).length < length) count += 1;
  return count;
}
