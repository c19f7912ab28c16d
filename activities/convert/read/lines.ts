import { isUtf8 } from 'node:buffer';
import { maxRowBytes, rowTooLong } from './row-limits.js';

/**
 * Receives one row as JSON text: `bytes[start, end)`, valid during the call only.
 *
 * @param row - from 1: the number of the line as an editor counts, or the position in a JSON list.
 * @param wellFormed - whether the bytes are UTF-8.
 */
export type OnText = (bytes: Buffer, start: number, end: number, row: number, wellFormed: boolean) => void;

/** Cuts a stream of bytes into rows. */
export interface TextSplitter {
  push(chunk: Uint8Array): void;
  /** Ends the stream. Returns the number of rows; of lines, with the blank ones. */
  end(): number;
}

const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const tab = 0x09;

/**
 * Cuts bytes into lines. Byte order marks at the start of a line and `\r` at its end are not part of it:
 * where files that begin with a mark were joined, marks stand inside. Lines of spaces and tabs only are
 * counted, but are not rows. Memory: the longest line, and one chunk.
 */
export class LineSplitter implements TextSplitter {
  readonly #name: string;
  readonly #onText: OnText;
  /** The start of a line whose end is in a later chunk: the first `#used` bytes. */
  #held: Buffer = Buffer.allocUnsafe(0);
  #used = 0;
  #lines = 0;

  /** @param name - of the file, for errors. */
  constructor(name: string, onText: OnText) {
    this.#name = name;
    this.#onText = onText;
  }

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const last = bytes.lastIndexOf(newline);
    if (last === -1) {
      this.#hold(bytes);
      return;
    }
    let from = 0;
    if (this.#used > 0) {
      from = bytes.indexOf(newline) + 1;
      this.#hold(bytes.subarray(0, from));
      this.#emitLines(this.#held.subarray(0, this.#used));
      this.#used = 0;
    }
    this.#emitLines(bytes.subarray(from, last + 1));
    this.#hold(bytes.subarray(last + 1));
  }

  end(): number {
    if (this.#used > 0) this.#emit(this.#held, 0, this.#used, undefined);
    return this.#lines;
  }

  /** @param block - whole lines, the last newline included. */
  #emitLines(block: Buffer): void {
    // One check of the whole block takes less time than one of each line. Lines are checked one by one only
    // where it fails.
    const wellFormed = isUtf8(block) ? true : undefined;
    for (let start = 0; start < block.length;) {
      const end = block.indexOf(newline, start);
      this.#emit(block, start, end, wellFormed);
      start = end + 1;
    }
  }

  #emit(bytes: Buffer, from: number, to: number, wellFormed: boolean | undefined): void {
    this.#lines += 1;
    let [start, end] = [from, to];
    while (isMark(bytes, start, end)) start += 3;
    if (end > start && bytes[end - 1] === carriageReturn) end -= 1;
    if (isBlankLine(bytes, start, end)) return;
    this.#onText(bytes, start, end, this.#lines, wellFormed ?? isUtf8(bytes.subarray(start, end)));
  }

  #hold(bytes: Buffer): void {
    if (this.#used + bytes.length > maxRowBytes) throw rowTooLong(this.#name, `line ${this.#lines + 1}`);
    if (this.#used + bytes.length > this.#held.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#used + bytes.length, this.#held.length * 2));
      this.#held.copy(grown, 0, 0, this.#used);
      this.#held = grown;
    }
    bytes.copy(this.#held, this.#used);
    this.#used += bytes.length;
  }
}

/** Whether a byte order mark begins at `start`. */
function isMark(bytes: Buffer, start: number, end: number): boolean {
  return bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf && start + 3 <= end;
}

function isBlankLine(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (bytes[at] !== space && bytes[at] !== tab) return false;
  return true;
}
