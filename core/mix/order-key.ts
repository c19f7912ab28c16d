/**
 * The digest of a line of train.jsonl is the SHA-256 of {@link digestPrefix}, the canonical line without its
 * newline, and {@link copySuffix}. Its first half orders the output; its second half decides which rows stay
 * if fewer are wanted than there are. The halves are independent, so a row's position says nothing about its
 * selection.
 */
export const digestBytes = 32;
/** The order key is `digest[0, 16)`, the selection key `digest[16, 32)`; both compare as bytes. */
export const orderKeyBytes = 16;

/** Hashed before a canonical line. */
export function digestPrefix(seed: number): string {
  return `${seed}\n`;
}

/** Hashed after the canonical line of copy `copy` of a repeated row; empty for copy 0, the row itself. */
export function copySuffix(copy: number): string {
  return copy === 0 ? '' : `\n${copy}`;
}
