import { isBroken } from '../../../core/convert/conversation/lone-surrogate.js';

const space = /[\t\n\r ]*/y;
const key = /"[^"\\]*"/y;
const string = /"(?:[^"\\]|\\.)*"/sy;
const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const [maxDepth, tableDepth] = [100, 3];

/** The table that a kernel makes of a row, with regular expressions and JSON.parse. */
export class PlainRow {
  readonly #json: string;
  #at = 0;
  /** Positions are those in the row. */
  readonly values: number[][] = [];

  /** @param json - of the row, a byte a character. */
  constructor(json: string) {
    this.#json = json;
  }

  read(): boolean {
    this.#take(space);
    if (this.#json[this.#at] !== '{' || !this.#readItems(1)) return false;
    this.#take(space);
    return this.#at === this.#json.length;
  }

  /** Reads the object or list that begins here. */
  #readItems(depth: number): boolean {
    const isObject = this.#next() === '{';
    const close = isObject ? '}' : ']';
    this.#take(space);
    if (this.#json[this.#at] === close) return this.#next() === close;
    for (let mark: string | undefined = ','; mark === ','; mark = this.#next()) {
      this.#take(space);
      if (isObject ? !this.#readMember(depth) : !this.#readValue([this.#at, this.#at], depth)) return false;
      this.#take(space);
    }
    return this.#json[this.#at - 1] === close;
  }

  #readMember(depth: number): boolean {
    const start = this.#at;
    const found = this.#take(key);
    if (found === undefined || !isCanonical(found)) return false;
    this.#take(space);
    if (this.#next() !== ':') return false;
    this.#take(space);
    return this.#readValue([start + 1, start + found.length - 1], depth);
  }

  #readValue(keyPlace: readonly number[], depth: number): boolean {
    const start = this.#at;
    const value = [...keyPlace, start];
    if (depth <= tableDepth) this.values.push(value);
    if (!this.#skipValue(depth)) return false;
    const json = this.#json.slice(start, this.#at);
    value.push(this.#at, json.startsWith('"') ? textOf(json).length : 0, this.values.length);
    return true;
  }

  #skipValue(depth: number): boolean {
    switch (this.#json[this.#at] ?? '') {
      case '{':
      case '[':
        return depth < maxDepth && this.#readItems(depth + 1);
      case '"': {
        const found = this.#take(string);
        return found !== undefined && isCanonical(found);
      }
      default:
        return this.#take(scalar) !== undefined;
    }
  }

  #next(): string | undefined {
    this.#at += 1;
    return this.#json[this.#at - 1];
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#json)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }
}

/** Whether a string is what JSON.stringify writes, and has no half of a surrogate pair. */
function isCanonical(json: string): boolean {
  try {
    return !isBroken(textOf(json)) && Buffer.from(JSON.stringify(textOf(json))).toString('latin1') === json;
  } catch {
    return false;
  }
}

function textOf(json: string): string {
  return JSON.parse(Buffer.from(json, 'latin1').toString()) as string;
}
