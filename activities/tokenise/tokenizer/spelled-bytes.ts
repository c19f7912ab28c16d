import { byteAlphabet } from '../../../core/training/byte-alphabet.js';
import type { JsonScanner } from './json-scanner.js';

const byteOfLetter = new Int16Array(0x800).fill(-1);
for (const [byte, letter] of byteAlphabet.entries()) byteOfLetter[letter.charCodeAt(0)] = byte;
const space = 0x20;

/** Reads tokens of a tokenizer.json that are spelled in the byte alphabet. */
export class SpelledBytes {
  readonly #json: Buffer;
  /** The bytes of what was read last: a token, or the two tokens of a merge. */
  bytes = new Uint8Array(1024);
  /** Where the tokens end in {@link bytes}; −1 where one is not spelled in the byte alphabet. */
  end = 0;
  /** Where the left token of a merge ends. */
  middle = 0;

  constructor(json: Buffer) {
    this.#json = json;
  }

  /** Reads the string that the scanner took last. */
  read(scanner: JsonScanner): void {
    this.end = this.#append(scanner, 0, scanner.from, scanner.to);
  }

  /** Takes a merge, `"left right"` or `["left", "right"]`. */
  readPair(scanner: JsonScanner): void {
    this.middle = -1;
    this.end = 0;
    if (scanner.isList) scanner.items(this.#readItem);
    else {
      scanner.string();
      // The alphabet has no space.
      const gap = this.#json.indexOf(space, scanner.from);
      this.middle = this.#append(scanner, 0, scanner.from, gap);
      this.end = this.#append(scanner, this.middle, gap + 1, scanner.to);
    }
  }

  readonly #readItem = (scanner: JsonScanner): void => {
    scanner.string();
    this.middle = this.end;
    this.end = this.#append(scanner, this.end, scanner.from, scanner.to);
  };

  #append(scanner: JsonScanner, begin: number, from: number, to: number): number {
    if (begin < 0 || to < from) return -1;
    if (begin + to - from > this.bytes.length) this.#grow(begin + to - from);
    if (!scanner.isEscaped) return this.#appendLetters(this.#json, begin, from, to);
    const text = JSON.parse(`"${this.#json.toString('utf8', from, to)}"`) as string;
    const letters = Buffer.from(text);
    return this.#appendLetters(letters, begin, 0, letters.length);
  }

  /** Letters of the alphabet have one or two bytes in UTF-8. */
  #appendLetters(json: Buffer, begin: number, from: number, to: number): number {
    let end = begin;
    for (let at = from; at < to; at += 1) {
      const first = json[at] ?? 0;
      let letter = first;
      if (first >= 0x80) {
        if (first >= 0xe0) return -1;
        at += 1;
        letter = ((first & 0x1f) << 6) | ((json[at] ?? 0) & 0x3f);
      }
      const byte = byteOfLetter[letter] ?? -1;
      if (byte < 0) return -1;
      this.bytes[end] = byte;
      end += 1;
    }
    return end;
  }

  #grow(length: number): void {
    const longer = new Uint8Array(length * 2);
    longer.set(this.bytes);
    this.bytes = longer;
  }
}
