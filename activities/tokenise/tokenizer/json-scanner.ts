import { HeadraceError } from '../../../core/errors.js';

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];
const [zero, nine] = [0x30, 0x39];

/**
 * Walks over JSON in bytes, without an object for each value: a vocabulary of 200,000 tokens as values of
 * `JSON.parse` takes 180 MB for a moment. The values of small members are still parsed by `JSON.parse`.
 *
 * @throws {HeadraceError} TokenizerError, with the byte, from every method.
 */
export class JsonScanner {
  readonly #bytes: Buffer;
  readonly #place: string;
  /** The byte that is next. */
  at = 0;
  /** The bytes of the last string, without quotes: `[from, to)`. Escapes are as they stand. */
  from = 0;
  to = 0;
  /** Whether the last string has escapes. */
  isEscaped = false;

  /** @param place - For users. */
  constructor(bytes: Buffer, place: string) {
    this.#bytes = bytes;
    this.#place = place;
  }

  /** Visits the members of an object; `visit` takes the value, from {@link at} on. */
  members(visit: (scanner: JsonScanner) => void): void {
    this.#items(openObject, closeObject, () => {
      this.string();
      this.#take(colon);
      visit(this);
    });
  }

  /** Visits the items of a list; `visit` takes the item, from {@link at} on. */
  items(visit: (scanner: JsonScanner) => void): void {
    this.#items(openList, closeList, visit);
  }

  get isList(): boolean {
    return this.#peek() === openList;
  }

  /** Takes a string: `from`, `to` and `isEscaped` are set. */
  string(): void {
    this.#take(quote);
    this.from = this.at;
    this.isEscaped = false;
    for (let byte = this.#bytes[this.at]; byte !== quote; byte = this.#bytes[this.at]) {
      if (byte === undefined) this.#fail('the end of a string');
      if (byte === backslash) this.isEscaped = true;
      this.at += byte === backslash ? 2 : 1;
    }
    this.to = this.at;
    this.at += 1;
  }

  /** The last string as text. */
  text(): string {
    const { from, to } = this;
    if (!this.isEscaped) return this.#bytes.toString('utf8', from, to);
    return JSON.parse(this.#bytes.toString('utf8', from - 1, to + 1)) as string;
  }

  /** Takes a number that has digits only. */
  natural(): number {
    let value = 0;
    const begin = this.#skipSpace();
    for (
      let byte = this.#bytes[this.at] ?? 0;
      byte >= zero && byte <= nine;
      byte = this.#bytes[this.at] ?? 0
    ) {
      value = value * 10 + byte - zero;
      this.at += 1;
    }
    if (this.at === begin) this.#fail('a number');
    return value;
  }

  /** Takes a value of any kind; what is in a list or an object is not looked at. @returns Where it begins. */
  skip(): number {
    const begin = this.#skipSpace();
    let depth = 0;
    do {
      const byte = this.#bytes[this.at];
      if (byte === undefined) this.#fail('a value');
      if (byte === quote) {
        this.string();
        continue;
      }
      if (byte === openObject || byte === openList) depth += 1;
      if (byte === closeObject || byte === closeList) depth -= 1;
      this.at += 1;
    } while (depth > 0 || isOfLiteral(this.#bytes[this.at]));
    return begin;
  }

  /** Takes a value and parses it. */
  value(): unknown {
    const begin = this.skip();
    try {
      return JSON.parse(this.#bytes.toString('utf8', begin, this.at));
    } catch {
      this.at = begin;
      return this.#fail('a value');
    }
  }

  /** Nothing but white space is left. */
  end(): void {
    if (this.#skipSpace() < this.#bytes.length) this.#fail('the end of the file');
  }

  #items(open: number, close: number, visit: (scanner: JsonScanner) => void): void {
    this.#take(open);
    if (this.#peek() === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      visit(this);
      if (this.#peek() === close) break;
      this.#take(comma);
    }
    this.at += 1;
  }

  #peek(): number | undefined {
    return this.#bytes[this.#skipSpace()];
  }

  #take(byte: number): void {
    if (this.#peek() !== byte) this.#fail(`"${String.fromCharCode(byte)}"`);
    this.at += 1;
  }

  #skipSpace(): number {
    for (let byte = this.#bytes[this.at]; byte !== undefined && isSpace(byte); byte = this.#bytes[this.at])
      this.at += 1;
    return this.at;
  }

  #fail(expected: string): never {
    const { at } = this;
    const found =
      at < this.#bytes.length ? JSON.stringify(this.#bytes.toString('utf8', at, at + 20)) : 'the end';
    throw new HeadraceError(
      'TokenizerError',
      `tokenizer.json of ${this.#place} is damaged: byte ${at} has ${found}, expected ${expected}`,
    );
  }
}

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Bytes of numbers, `true`, `false` and `null`. */
const isOfLiteral = (byte = 0): boolean =>
  (byte >= zero && byte <= nine) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  byte === 0x2b ||
  byte === 0x2d ||
  byte === 0x2e;
