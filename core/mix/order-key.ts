/**
 * The digest of a line of train.jsonl is the SHA-256 of {@link digestPrefix}, the canonical line without its newline,
 * and {@link copySuffix}. Its first half orders the output, its second half decides who stays when fewer rows are wanted
 * than there are; two halves, so that membership and position are independent.
 */
export const digestBytes = 32;
/** The order key is `digest[0, 16)`, the selection key `digest[16, 32)`; both compare as bytes. */
export const orderKeyBytes = 16;

/** What is hashed before a canonical line. */
export function digestPrefix(seed: number): string {
  return `${seed}\n`;
}

/** What is hashed after the canonical line of copy `copy` of a repeated row; nothing for copy 0, the row itself. */
export function copySuffix(copy: number): string {
  return copy === 0 ? '' : `\n${copy}`;
}
