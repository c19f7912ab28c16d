import { isUtf8 } from 'node:buffer';
import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { roleMap, type Role } from '../../../core/convert/conversation/roles.js';

/** Further and longer spellings are decoded each time. */
const maxSpellings = 64;
const maxSpellingBytes = 64;

/** A text as UTF-8, and what it stands for. */
interface Spelling<Meaning> {
  readonly bytes: Buffer;
  readonly meaning: Meaning;
}

/**
 * What texts mean that are given as bytes: names of roles, keys of rows. A file has few different ones, so
 * each is decoded once.
 */
export class Spellings<Meaning extends object | string> {
  readonly #meaningOf: (text: string) => Meaning | undefined;
  /** By the number of their bytes. */
  readonly #known: readonly Spelling<Meaning>[][] = Array.from({ length: maxSpellingBytes + 1 }, () => []);
  #count = 0;

  /** @param meaningOf - what a text means; `undefined` for a text that is not to be remembered. */
  constructor(meaningOf: (text: string) => Meaning | undefined) {
    this.#meaningOf = meaningOf;
  }

  /** What the text `bytes[start, end)` means; `undefined` for one that is not UTF-8, too. */
  meaningAt(bytes: Uint8Array, start: number, end: number): Meaning | undefined {
    const known = end - start > maxSpellingBytes ? undefined : this.#known[end - start];
    if (known !== undefined)
      for (const spelling of known) if (equals(spelling.bytes, bytes, start)) return spelling.meaning;
    const text = Buffer.from(bytes.subarray(start, end));
    const meaning = isUtf8(text) ? this.#meaningOf(text.toString()) : undefined;
    if (meaning !== undefined && this.#count < maxSpellings) {
      this.#count += 1;
      known?.push({ bytes: text, meaning });
    }
    return meaning;
  }
}

/** Whether `bytes` have `text` at `start`. Faster than `Buffer.compare` for short texts. */
function equals(text: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < text.length; index += 1) if (bytes[start + index] !== text[index]) return false;
  return true;
}

/** The names of roles. A message that holds calls is no plain text and has none here. */
export function roleSpellings(aliases: ConversionRules['roles']): Spellings<Role> {
  const roleOf = roleMap(aliases);
  return new Spellings((name) => {
    const role = roleOf(name);
    return role === 'tool_call' ? undefined : role;
  });
}
