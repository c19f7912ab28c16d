import { compileFilter } from '../../../core/convert/filter.js';
import { messageListOf } from '../../../core/convert/layout.js';
import { roleMap, type Role } from '../../../core/convert/roles.js';
import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { mayBeBlank } from './blank.js';
import { closing, firstOpening, mostAround, nextOpening, type ConvertedRow } from './converted-row.js';
import {
  addPart,
  addStretch,
  canSkip,
  endLine,
  mostLineBytes,
  skippedUnits,
  skipText,
  startLine,
} from '../json-bytes/json-bytes.js';

const quote = 0x22;
const backslash = 0x5c;
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];
const [comma, colon] = [0x2c, 0x3a];
/** Deeper values are left to the parser. */
const mostDepth = 100;

/** A stretch of the line. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Thrown nowhere: the scanner says by it that the line is not for it. */
const notForUs = -1;

/**
 * Returns a function that converts a line of JSON without parsing it: most lines have the texts of their messages in the
 * very bytes of the canonical line. It answers `undefined` where a line is anything but a plain conversation (a reject, an
 * escape with another spelling, a role or a key with escapes), and the parser has to say what it is. `undefined` instead of
 * a function for formats whose messages are not in a list.
 */
export function lineScanner(
  rules: ConversionRules,
): ((bytes: Buffer, start: number, end: number) => ConvertedRow | 'filtered' | undefined) | undefined {
  const names = messageListOf(rules.layout);
  if (names === undefined || new Set([names.role, names.content]).size < 2) return undefined;
  const filter = compileFilter(rules.filter, rules.layout);
  if (filter.columns.includes('__proto__')) return undefined;
  const scan = new Scanner(names, roleMap(rules.roles), filter.columns);
  return (bytes, start, end) => {
    if (!canSkip(bytes) || !scan.read(bytes, start, end)) return undefined;
    if (filter.columns.length > 0 && !filter.passes(scan.filtered())) return 'filtered';
    return scan.conversation();
  };
}

/** Walks one line and checks on the way that it is JSON. A key that comes twice counts the second time, as for the parser. */
class Scanner {
  readonly #list: Buffer;
  readonly #role: Buffer;
  readonly #content: Buffer;
  readonly #roleOf: (role: unknown) => Role | undefined;
  readonly #columns: readonly { readonly name: string; readonly bytes: Buffer }[];
  readonly #spans = new Map<string, Span>();
  /** Roles that were seen, as they are spelt. */
  readonly #seen: { readonly bytes: Buffer; readonly role: Role }[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;
  #hasList = false;
  /** Of the messages: texts without their quotes. */
  readonly #roles: (Role | undefined)[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #units: number[] = [];

  constructor(
    names: { readonly list: string; readonly role: string; readonly content: string },
    roleOf: (role: unknown) => Role | undefined,
    columns: readonly string[],
  ) {
    this.#list = Buffer.from(names.list);
    this.#role = Buffer.from(names.role);
    this.#content = Buffer.from(names.content);
    this.#roleOf = roleOf;
    this.#columns = columns.map((name) => ({ name, bytes: Buffer.from(name) }));
  }

  /** Whether the line is an object of JSON with a list of messages, as far as this scanner can tell. */
  read(bytes: Buffer, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#hasList = false;
    this.#spans.clear();
    if (this.#skipSpace() !== openObject || !this.#readRow() || !this.#hasList) return false;
    this.#skipSpace();
    return this.#at === end;
  }

  /** The columns that the filter reads. */
  filtered(): Readonly<Record<string, unknown>> {
    const row: Record<string, unknown> = {};
    for (const [name, { start, end }] of this.#spans)
      row[name] = JSON.parse(this.#bytes.toString('utf8', start, end)) as unknown;
    return row;
  }

  conversation(): ConvertedRow | undefined {
    const [roles, starts, ends, bytes] = [this.#roles, this.#starts, this.#ends, this.#bytes];
    const count = roles.lastIndexOf('assistant') + 1;
    if (count === 0) return undefined;
    let [mostBytes, assistantChars] = [closing.bytes, 0];
    for (let index = 0; index < count; index += 1) {
      const [start, end] = [starts[index] ?? 0, ends[index] ?? 0];
      if (mayBeBlank(bytes, start, end, true)) return undefined;
      mostBytes += mostAround + end - start;
      if (roles[index] === 'assistant') assistantChars += this.#units[index] ?? 0;
    }
    if (mostBytes > mostLineBytes) return undefined;
    return {
      line: { mostBytes, writeTo: (target, at) => this.#write(count, target, at) },
      assistantChars,
      prompt: this.#text(Math.max(0, roles.indexOf('user') < count ? roles.indexOf('user') : 0)),
    };
  }

  #write(count: number, target: Buffer, at: number): number {
    startLine();
    for (let index = 0; index < count; index += 1) {
      addPart((index === 0 ? firstOpening : nextOpening)[this.#roles[index] ?? 'user']);
      addStretch(this.#bytes, this.#starts[index] ?? 0, this.#ends[index] ?? 0);
    }
    addPart(closing);
    return endLine(target, at);
  }

  /** The text of a message, its escapes undone. */
  #text(message: number): string | Uint8Array {
    const [start, end] = [this.#starts[message] ?? 0, this.#ends[message] ?? 0];
    const bytes = this.#bytes.subarray(start, end);
    if (!bytes.includes(backslash)) return bytes;
    return JSON.parse(this.#bytes.toString('utf8', start - 1, end + 1)) as string;
  }

  /** From the opening brace to behind the closing one. */
  #readRow(): boolean {
    return this.#members((start, end) => {
      const valueStart = this.#at;
      const isList = this.#equals(this.#list, start, end);
      if (isList ? !this.#readList() : !this.#skipValue(0)) return false;
      for (const { name, bytes } of this.#columns)
        if (this.#equals(bytes, start, end)) this.#spans.set(name, { start: valueStart, end: this.#at });
      return true;
    });
  }

  #readList(): boolean {
    const [roles, starts, ends] = [this.#roles, this.#starts, this.#ends];
    roles.length = 0;
    starts.length = 0;
    ends.length = 0;
    this.#units.length = 0;
    this.#hasList = true;
    if (this.#bytes[this.#at] !== openList) return false;
    this.#at += 1;
    // An empty list is a reject.
    while (this.#skipSpace() === openObject) {
      roles.push(undefined);
      starts.push(notForUs);
      ends.push(notForUs);
      this.#units.push(0);
      const message = roles.length - 1;
      if (!this.#members((start, end) => this.#readMember(message, start, end))) return false;
      if (roles[message] === undefined || starts[message] === notForUs) return false;
      const next = this.#skipSpace();
      this.#at += 1;
      if (next === closeList) return true;
      if (next !== comma) return false;
    }
    return false;
  }

  #readMember(message: number, start: number, end: number): boolean {
    if (this.#equals(this.#content, start, end)) {
      if (this.#bytes[this.#at] !== quote) return false;
      const textEnd = skipText(this.#bytes, this.#at + 1);
      if (textEnd === -1) return false;
      this.#starts[message] = this.#at + 1;
      this.#ends[message] = textEnd;
      this.#units[message] = skippedUnits();
      this.#at = textEnd + 1;
      return true;
    }
    if (this.#equals(this.#role, start, end)) {
      if (this.#bytes[this.#at] !== quote) return false;
      const textEnd = skipText(this.#bytes, this.#at + 1);
      if (textEnd === -1) return false;
      this.#roles[message] = this.#roleAt(this.#at + 1, textEnd);
      this.#at = textEnd + 1;
      return this.#roles[message] !== undefined;
    }
    return this.#skipValue(0);
  }

  #roleAt(start: number, end: number): Role | undefined {
    for (const { bytes, role } of this.#seen) if (this.#equals(bytes, start, end)) return role;
    const bytes = Buffer.from(this.#bytes.subarray(start, end));
    const role = bytes.includes(backslash) ? undefined : this.#roleOf(bytes.toString());
    if (role !== undefined && this.#seen.length < 16) this.#seen.push({ bytes, role });
    return role;
  }

  /** Walks an object from its opening brace to behind its closing one; `onValue` reads the value of the key `[start, end)`. */
  #members(onValue: (start: number, end: number) => boolean): boolean {
    this.#at += 1;
    if (this.#skipSpace() === closeObject) {
      this.#at += 1;
      return true;
    }
    for (;;) {
      if (this.#skipSpace() !== quote) return false;
      const start = this.#at + 1;
      const end = skipText(this.#bytes, start);
      if (end === -1) return false;
      for (let at = start; at < end; at += 1) if (this.#bytes[at] === backslash) return false;
      this.#at = end + 1;
      if (this.#skipSpace() !== colon) return false;
      this.#at += 1;
      this.#skipSpace();
      if (!onValue(start, end)) return false;
      const next = this.#skipSpace();
      this.#at += 1;
      if (next === closeObject) return true;
      if (next !== comma) return false;
    }
  }

  #equals(name: Buffer, start: number, end: number): boolean {
    if (end - start !== name.length) return false;
    for (let index = 0; index < name.length; index += 1)
      if (this.#bytes[start + index] !== name[index]) return false;
    return true;
  }

  /** The next byte that is no white space, 0 at the line's end. */
  #skipSpace(): number {
    const [bytes, end] = [this.#bytes, this.#end];
    let at = this.#at;
    for (; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a) continue;
      this.#at = at;
      return byte;
    }
    this.#at = at;
    return 0;
  }

  #skipValue(depth: number): boolean {
    if (depth > mostDepth) return false;
    switch (this.#bytes[this.#at] ?? 0) {
      case quote: {
        const end = skipText(this.#bytes, this.#at + 1);
        this.#at = end + 1;
        return end !== -1;
      }
      case openObject:
        return this.#members(() => this.#skipValue(depth + 1));
      case openList:
        return this.#skipList(depth);
      default:
        return this.#skipScalar();
    }
  }

  #skipList(depth: number): boolean {
    this.#at += 1;
    if (this.#skipSpace() === closeList) {
      this.#at += 1;
      return true;
    }
    for (;;) {
      this.#skipSpace();
      if (!this.#skipValue(depth + 1)) return false;
      const next = this.#skipSpace();
      this.#at += 1;
      if (next === closeList) return true;
      if (next !== comma) return false;
    }
  }

  /** A number, true, false or null. */
  #skipScalar(): boolean {
    const start = this.#at;
    while (this.#at < this.#end && isScalarByte(this.#bytes[this.#at] ?? 0)) this.#at += 1;
    return scalar.test(this.#bytes.toString('latin1', start, this.#at));
  }
}

const scalar = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/** Letters, digits, `+`, `-` and `.`: what a number or a literal is made of. */
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
