import type { JsonBytes, StringSpan } from './json-bytes.js';

const [quote, comma, colon] = [0x22, 0x2c, 0x3a];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];
/** Deeper values are left to JSON.parse. */
const maxDepth = 100;
const scalar = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/**
 * Walks through JSON in the read block and checks its grammar, without creating values. A method returns
 * false at bytes that are not JSON, and at JSON that is left to JSON.parse: deep values, keys with escapes,
 * strings that are not what JSON.stringify writes. The walk cannot be continued after that.
 */
export class JsonCursor {
  readonly #json: JsonBytes;
  #bytes: Buffer = Buffer.alloc(0);
  #end = 0;
  /** Whether nothing of the object or list was read yet. */
  #isFirst = false;
  /** The position of the next byte. */
  at = 0;
  /** The key of the member that was entered last. */
  keyStart = 0;
  keyEnd = 0;
  /** Whether the object or list has ended with its bracket. */
  isWhole = false;

  constructor(json: JsonBytes) {
    this.#json = json;
  }

  /** Begins with the JSON `[start, end)` of the read block. */
  start(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes;
    this.#end = end;
    this.at = start;
  }

  /** Moves to the next byte that is not white space and returns it; 0 at the end. */
  skipSpace(): number {
    const [bytes, end] = [this.#bytes, this.#end];
    let at = this.at;
    for (; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a) continue;
      this.at = at;
      return byte;
    }
    this.at = at;
    return 0;
  }

  /**
   * Walks through an object: enter it, then walk past the value of each member.
   *
   * ```ts
   * if (!cursor.enterObject()) return false;
   * while (cursor.nextMember()) if (!readValue(cursor.keyStart, cursor.keyEnd)) return false;
   * return cursor.isWhole;
   * ```
   */
  enterObject(): boolean {
    return this.#enter(openObject);
  }

  /**
   * Moves to the value of the next member, whose key is `[keyStart, keyEnd)`. False after the last one, and
   * at what is not JSON or left to JSON.parse.
   */
  nextMember(): boolean {
    return this.#next(closeObject) && this.#readKey();
  }

  /** As {@link enterObject}, for a list and its elements. */
  enterList(): boolean {
    return this.#enter(openList);
  }

  /** Moves to the next element, as {@link nextMember}. */
  nextElement(): boolean {
    return this.#next(closeList);
  }

  /** Walks any value. */
  skipValue(depth = 0): boolean {
    if (depth > maxDepth) return false;
    switch (this.#bytes[this.at] ?? 0) {
      case quote:
        return this.#moveBehind(this.#json.skipString(this.#bytes, this.at + 1));
      case openObject:
        return this.#skipObject(depth);
      case openList:
        return this.#skipList(depth);
      default:
        return this.#skipScalar();
    }
  }

  /** Walks a string and returns its text; `undefined` for other values and for strings left to JSON.parse. */
  readString(): StringSpan | undefined {
    if (this.#bytes[this.at] !== quote) return undefined;
    const span = this.#json.readString(this.#bytes, this.at + 1);
    if (span !== undefined) this.at = span.end + 1;
    return span;
  }

  /** Walks a string without escapes. */
  skipPlainString(): boolean {
    if (this.#bytes[this.at] !== quote) return false;
    return this.#moveBehind(this.#json.skipPlainString(this.#bytes, this.at + 1));
  }

  #enter(bracket: number): boolean {
    if (this.skipSpace() !== bracket) return false;
    this.at += 1;
    this.#isFirst = true;
    this.isWhole = false;
    return true;
  }

  /** Moves to the next item of the object or list that ends with `bracket`. */
  #next(bracket: number): boolean {
    const byte = this.skipSpace();
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    this.isWhole = byte === bracket;
    if (isFirst && !this.isWhole) return true;
    this.at += 1;
    this.skipSpace();
    return byte === comma;
  }

  #readKey(): boolean {
    this.keyStart = this.at + 1;
    if (!this.skipPlainString()) return false;
    this.keyEnd = this.at - 1;
    if (this.skipSpace() !== colon) return false;
    this.at += 1;
    this.skipSpace();
    return true;
  }

  #skipObject(depth: number): boolean {
    if (!this.enterObject()) return false;
    while (this.nextMember()) if (!this.skipValue(depth + 1)) return false;
    return this.isWhole;
  }

  #skipList(depth: number): boolean {
    if (!this.enterList()) return false;
    while (this.nextElement()) if (!this.skipValue(depth + 1)) return false;
    return this.isWhole;
  }

  /** @param end - the position of the closing quote; -1 where there is none. */
  #moveBehind(end: number): boolean {
    this.at = end + 1;
    return end !== -1;
  }

  /** A number, true, false or null. */
  #skipScalar(): boolean {
    const start = this.at;
    while (this.at < this.#end && isScalarByte(this.#bytes[this.at] ?? 0)) this.at += 1;
    return scalar.test(this.#bytes.toString('latin1', start, this.at));
  }
}

/** Lower-case letters, digits, `+`, `-`, `.` and `E`: the characters of numbers and literals. */
function isScalarByte(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x45
  );
}
