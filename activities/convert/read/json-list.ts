import { isUtf8 } from 'node:buffer';
import type { OnText, TextSplitter } from './lines.js';
import { maxRowBytes, rowTooLong } from './row-limits.js';

const code = (character: string): number => character.charCodeAt(0);
const [quote, backslash, comma] = [code('"'), code('\\'), code(',')];
const [openList, closeList, openObject, closeObject] = [code('['), code(']'), code('{'), code('}')];

/**
 * Cuts one JSON list into its elements, by brackets and strings alone: the parser decides what an element
 * holds, so a bad element costs one row. Text after the list, and a list that never ends, are one more row,
 * which does not parse. Memory: the longest element, and one chunk.
 */
export class ListSplitter implements TextSplitter {
  readonly #name: string;
  readonly #onText: OnText;
  #state: 'before' | 'inside' | 'after' = 'before';
  /** Of the current element: its bytes in earlier chunks, and where it begins in this one. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #start = 0;
  #isEmpty = true;
  /** Brackets that are open in the current element. */
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  #hasTrailingText = false;
  #rows = 0;

  /** @param name - of the file, for errors. */
  constructor(name: string, onText: OnText) {
    this.#name = name;
    this.#onText = onText;
  }

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#start = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (this.#inString) this.#readInString(byte);
      else if (!isSpace(byte)) this.#read(byte, bytes, at);
    }
    // A copy, because the next read overwrites the chunk.
    if (this.#state === 'inside') this.#hold(Buffer.from(bytes.subarray(this.#start)));
  }

  end(): number {
    const nothing = Buffer.alloc(0);
    if (this.#state === 'inside' && !this.#isEmpty) this.#emit(nothing);
    if (this.#state === 'inside' || this.#hasTrailingText) {
      this.#held = [];
      this.#emit(nothing);
    }
    return this.#rows;
  }

  #hold(bytes: Buffer): void {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > maxRowBytes) throw rowTooLong(this.#name, `row ${this.#rows + 1}`);
  }

  #readInString(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === backslash) this.#isEscaped = true;
    else if (byte === quote) this.#inString = false;
  }

  #read(byte: number, bytes: Buffer, at: number): void {
    if (this.#state === 'inside') this.#readInside(byte, bytes, at);
    else if (this.#state === 'after') this.#hasTrailingText = true;
    else if (byte === openList) {
      this.#state = 'inside';
      this.#start = at + 1;
    }
  }

  #readInside(byte: number, bytes: Buffer, at: number): void {
    if (this.#depth === 0 && (byte === comma || byte === closeList)) {
      // `[]` has no element; nothing before or after a comma is a bad one.
      if (byte === comma || !this.#isEmpty || this.#rows > 0) this.#emit(bytes.subarray(this.#start, at));
      this.#start = at + 1;
      this.#isEmpty = true;
      if (byte === closeList) this.#state = 'after';
      return;
    }
    this.#isEmpty = false;
    if (byte === quote) this.#inString = true;
    else if (byte === openList || byte === openObject) this.#depth += 1;
    else if ((byte === closeList || byte === closeObject) && this.#depth > 0) this.#depth -= 1;
  }

  #emit(last: Buffer): void {
    const bytes = this.#held.length === 0 ? last : Buffer.concat([...this.#held, last]);
    this.#held = [];
    this.#heldBytes = 0;
    this.#rows += 1;
    const { start, end } = trimmed(bytes);
    this.#onText(bytes, start, end, this.#rows, isUtf8(bytes.subarray(start, end)));
  }
}

function trimmed(bytes: Buffer): { readonly start: number; readonly end: number } {
  let [start, end] = [0, bytes.length];
  while (start < end && isSpace(bytes[start] ?? 0)) start += 1;
  while (end > start && isSpace(bytes[end - 1] ?? 0)) end -= 1;
  return { start, end };
}

/** White space of JSON. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
