/** Letters of the escapes that stand for white space. */
const blankLetters = new Set(Buffer.from('tnfr'));
const backslash = 0x5c;
const letterU = 0x75;

/**
 * Whether a text may be blank in the sense of `isBlank`. It may say so of a text that is not, never the other way round.
 *
 * @param bytes - well-formed UTF-8 in `[start, end)`.
 * @param escaped - whether it is JSON, with escapes.
 */
export function mayBeBlank(bytes: Uint8Array, start: number, end: number, escaped: boolean): boolean {
  for (let at = start; at < end;) {
    const byte = bytes[at] ?? 0;
    if (byte <= 0x20) at += 1;
    else if (byte === backslash && escaped && blankLetters.has(bytes[at + 1] ?? 0)) at += 2;
    // Of the control characters that have no letter one is white space, the vertical tab.
    else if (byte === backslash && escaped && bytes[at + 1] === letterU) at += 6;
    // White space beyond ASCII begins with these: U+0085 and U+00A0, U+1680, U+2000 … U+205F, U+3000, U+FEFF.
    else if (byte === 0xc2) at += 2;
    else if (byte === 0xe1 || byte === 0xe2) at += 3;
    else if (byte === 0xe3 && bytes[at + 1] === 0x80) at += 3;
    else if (byte === 0xef && bytes[at + 1] === 0xbb) at += 3;
    else return false;
  }
  return true;
}
