import type { RejectReason } from '../../../core/contracts/conversion.js';
import type { Role } from '../../../core/convert/conversation/roles.js';

const backslash = 0x5c;
const letterU = 0x75;
/** The letters of escapes for white space. */
const whiteSpaceLetters = new Set(Buffer.from('tnfr'));

/**
 * What becomes of a row of texts in which one is blank. `undefined` where the parser decides: a blank system
 * message is left out, and a result may be blank.
 */
export function blankOutcome(role: Role): RejectReason | undefined {
  return role === 'user' || role === 'assistant' ? 'blank_content' : undefined;
}

/**
 * Whether a text may be blank in the sense of `isBlank`. Never false for a blank text.
 *
 * @param text - UTF-8.
 */
export function mayBeBlank(text: Uint8Array): boolean {
  for (let at = 0; at < text.length;) {
    const bytes = whiteSpaceBytes(text, at);
    if (bytes === 0) return false;
    at += bytes;
  }
  return true;
}

/** As {@link mayBeBlank}, for the JSON of a text: `[start, end)`, without its quotes. */
export function jsonMayBeBlank(json: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end;) {
    const bytes = json[at] === backslash ? whiteSpaceEscapeBytes(json, at) : whiteSpaceBytes(json, at);
    if (bytes === 0) return false;
    at += bytes;
  }
  return true;
}

/** The bytes of the character at `at` if it may be white space, else 0. */
function whiteSpaceBytes(text: Uint8Array, at: number): number {
  const byte = text[at] ?? 0;
  if (byte <= 0x20) return 1;
  // First bytes of white space: U+0085, U+00A0: c2; U+1680: e1; U+2000 to U+205F: e2; U+3000: e3 80;
  // U+FEFF: ef bb.
  if (byte === 0xc2) return 2;
  if (byte === 0xe1 || byte === 0xe2) return 3;
  if (byte === 0xe3 && text[at + 1] === 0x80) return 3;
  if (byte === 0xef && text[at + 1] === 0xbb) return 3;
  return 0;
}

/** The bytes of the escape at `at` if it may be white space, as `\u000b` is; else 0. */
function whiteSpaceEscapeBytes(json: Uint8Array, at: number): number {
  const letter = json[at + 1] ?? 0;
  if (letter === letterU) return 6;
  return whiteSpaceLetters.has(letter) ? 2 : 0;
}
