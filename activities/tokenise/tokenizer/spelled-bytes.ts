import { byteAlphabet } from '../../../core/training/byte-alphabet.js';
import type { JsonScanner } from './json-scanner.js';

const byteOfLetter = new Int16Array(0x800).fill(-1);
for (const [byte, letter] of byteAlphabet.entries()) byteOfLetter[letter.charCodeAt(0)] = byte;
const space = 0x20;

/** Reads tokens of a tokenizer.json that are spelled in the byte alphabet. */
export class SpelledBytes {
  readonly #json: Buffer;
  /** The bytes of the last token, or pair of tokens. */
  bytes = new Uint8Array(1024);

  constructor(json: Buffer) {
    this.#json = json;
  }

  /**
   * Reads the string that the scanner took last, to a place in {@link bytes}.
   *
   * @returns Where it ends there; −1 where it is not spelled in the byte alphabet.
   */
  read(scanner: JsonScanner, at: number): number {
    const { json, from, to } = this.#source(scanner);
    return this.#append(json, from, to, at);
  }

  /**
   * Takes a merge, `"left right"` or `["left", "right"]`.
   *
   * @returns Where the left and the right one end in {@link bytes}; −1 as above.
   */
  readPair(scanner: JsonScanner): readonly [middle: number, end: number] {
    if (!scanner.isList) {
      scanner.string();
      const { json, from, to } = this.#source(scanner);
      const gap = json.indexOf(space, from);
      const middle = this.#append(json, from, gap, 0);
      return [middle, this.#append(json, gap + 1, to, middle)];
    }
    const ends: number[] = [];
    scanner.items(() => {
      scanner.string();
      ends.push(this.read(scanner, ends.at(-1) ?? 0));
    });
    const [middle = -1, end = -1] = ends;
    return [middle, ends.length === 2 ? end : -1];
  }

  #source(scanner: JsonScanner): { readonly json: Buffer; readonly from: number; readonly to: number } {
    if (!scanner.isEscaped) return { json: this.#json, from: scanner.from, to: scanner.to };
    const json = Buffer.from(scanner.text());
    return { json, from: 0, to: json.length };
  }

  /** Letters of the alphabet have one or two bytes in UTF-8. */
  #append(json: Buffer, from: number, to: number, begin: number): number {
    if (begin < 0 || to < from) return -1;
    if (begin + to - from > this.bytes.length) this.#grow(begin + to - from);
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
