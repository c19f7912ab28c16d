/** A number as it is spelt in JSON. */
export class SpelledNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * A JSON value that keeps what JSON.parse loses: the spelling of numbers (`12345678901234567890`, `40.0`) and
 * the order of members whose names are integers.
 */
export type SpelledJson =
  | null
  | boolean
  | string
  | SpelledNumber
  | readonly SpelledJson[]
  | ReadonlyMap<string, SpelledJson>;

const space = /[ \t\n\r]*/y;
const stringToken = /"(?:[^"\\]|\\.)*"/sy;
const otherToken = /true|false|null|-?\d[\d.eE+-]*/y;

/**
 * Parses JSON. A repeated member keeps its first place and gets its last value, as in JSON.parse.
 *
 * @throws {SyntaxError} as JSON.parse.
 */
export function parseSpelled(text: string): SpelledJson {
  // JSON.parse checks the grammar, so that the walk below meets valid JSON only.
  JSON.parse(text);
  return new Walk(text).value();
}

/** Walks through valid JSON. */
class Walk {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): SpelledJson {
    this.#take(space);
    const first = this.#text[this.#at];
    if (first === '{') return new Map(this.#items('}', () => this.#member()));
    if (first === '[') return this.#items(']', () => this.value());
    if (first === '"') return this.#string();
    const token = this.#take(otherToken);
    if (token === 'null') return null;
    return token === 'true' || token === 'false' ? token === 'true' : new SpelledNumber(token);
  }

  #member(): readonly [string, SpelledJson] {
    this.#take(space);
    const name = this.#string();
    this.#take(space);
    this.#at += 1;
    return [name, this.value()];
  }

  #items<Item>(close: string, read: () => Item): Item[] {
    const items: Item[] = [];
    this.#at += 1;
    this.#take(space);
    while (this.#text[this.#at] !== close) {
      items.push(read());
      this.#take(space);
      if (this.#text[this.#at] === ',') this.#at += 1;
      this.#take(space);
    }
    this.#at += 1;
    return items;
  }

  #string(): string {
    return JSON.parse(this.#take(stringToken)) as string;
  }

  #take(token: RegExp): string {
    token.lastIndex = this.#at;
    const found = token.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}

/** Compact JSON: no white space outside strings, strings as JSON.stringify writes them. */
export function compactJson(value: SpelledJson): string {
  if (value instanceof SpelledNumber) return value.text;
  if (value instanceof Map)
    return `{${[...value].map(([name, member]) => `${JSON.stringify(name)}:${compactJson(member)}`).join(',')}}`;
  if (isList(value)) return `[${value.map(compactJson).join(',')}]`;
  return JSON.stringify(value);
}

function isList(value: SpelledJson): value is readonly SpelledJson[] {
  return Array.isArray(value);
}
