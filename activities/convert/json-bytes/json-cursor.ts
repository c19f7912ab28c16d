import type { JsonBytes, StringSpan } from './json-bytes.js';

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
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
  /** The position of the next byte. */
  at = 0;

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
   * Walks an object. `readValue` gets each key `[start, end)`, with the cursor at its value, and moves past
   * it.
   */
  readObject(readValue: (keyStart: number, keyEnd: number) => boolean): boolean {
    if (this.skipSpace() !== openObject) return false;
    this.at += 1;
    if (this.skipSpace() === closeObject) {
      this.at += 1;
      return true;
    }
    for (;;) {
      if (this.skipSpace() !== quote) return false;
      const start = this.at + 1;
      const end = this.#json.skipString(this.#bytes, start);
      if (end === -1 || hasEscape(this.#bytes, start, end)) return false;
      this.at = end + 1;
      if (this.skipSpace() !== colon) return false;
      this.at += 1;
      this.skipSpace();
      if (!readValue(start, end)) return false;
      const next = this.skipSpace();
      this.at += 1;
      if (next === closeObject) return true;
      if (next !== comma) return false;
    }
  }

  /** Walks a list. `readElement` moves past one element. */
  readList(readElement: () => boolean): boolean {
    if (this.skipSpace() !== openList) return false;
    this.at += 1;
    if (this.skipSpace() === closeList) {
      this.at += 1;
      return true;
    }
    for (;;) {
      this.skipSpace();
      if (!readElement()) return false;
      const next = this.skipSpace();
      this.at += 1;
      if (next === closeList) return true;
      if (next !== comma) return false;
    }
  }

  /** Walks any value. */
  skipValue(depth = 0): boolean {
    if (depth > maxDepth) return false;
    switch (this.#bytes[this.at] ?? 0) {
      case quote:
        return this.#skipString();
      case openObject:
        return this.readObject(() => this.skipValue(depth + 1));
      case openList:
        return this.readList(() => this.skipValue(depth + 1));
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

  /** As {@link readString}, for strings without escapes. */
  readPlainString(): StringSpan | undefined {
    const span = this.readString();
    return span === undefined || hasEscape(this.#bytes, span.start, span.end) ? undefined : span;
  }

  #skipString(): boolean {
    const end = this.#json.skipString(this.#bytes, this.at + 1);
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

function hasEscape(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (bytes[at] === backslash) return true;
  return false;
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
