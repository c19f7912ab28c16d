import { endOfString } from './end-of-string.js';

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
export type SpelledJson = null | boolean | string | SpelledNumber | SpelledList | SpelledObject;
type SpelledList = readonly SpelledJson[];
type SpelledObject = ReadonlyMap<string, SpelledJson>;

/** A list or an object whose end is not read yet, and the name of the member that is read. */
interface Open {
  readonly items: SpelledJson[];
  readonly members: Map<string, SpelledJson> | undefined;
  name?: string | undefined;
}

/** Everything but strings: brackets, numbers, `true`, `false` and `null`. */
const plainToken = /[{}[\]]|[^\s,:{}[\]"]+/y;
const between = /[\s,:]*/y;

/**
 * Parses JSON, nested as deep as the text is. A repeated member keeps its first place and gets its last
 * value, as in JSON.parse.
 *
 * @throws {SyntaxError} as JSON.parse.
 */
export function parseSpelled(text: string): SpelledJson {
  // JSON.parse checks the grammar, so that what follows meets valid JSON only.
  JSON.parse(text);
  const open: Open[] = [];
  let last: SpelledJson = null;
  for (const token of tokensOf(text)) {
    if (token === '{') open.push({ items: [], members: new Map() });
    else if (token === '[') open.push({ items: [], members: undefined });
    else {
      const value = token === '}' || token === ']' ? closed(open) : scalar(token);
      last = value;
      const parent = open.at(-1);
      if (parent !== undefined) add(parent, value);
    }
  }
  return last;
}

function* tokensOf(text: string): Generator<string> {
  for (let at = after(between, text, 0); at < text.length;) {
    const end = text[at] === '"' ? endOfString(text, at) : after(plainToken, text, at);
    yield text.slice(at, end);
    at = after(between, text, end);
  }
}

function after(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : text.length;
}

function scalar(token: string): SpelledJson {
  if (token.startsWith('"')) return JSON.parse(token) as string;
  if (token === 'null') return null;
  return token === 'true' || token === 'false' ? token === 'true' : new SpelledNumber(token);
}

function closed(open: Open[]): SpelledJson {
  const container = open.pop();
  return container?.members ?? container?.items ?? null;
}

function add(parent: Open, value: SpelledJson): void {
  if (parent.members === undefined) parent.items.push(value);
  else if (parent.name === undefined && typeof value === 'string') parent.name = value;
  else {
    parent.members.set(parent.name ?? '', value);
    parent.name = undefined;
  }
}

/** A member of an object; null of anything else. */
export function memberOf(value: SpelledJson, name: string): SpelledJson {
  return isSpelledObject(value) ? (value.get(name) ?? null) : null;
}

/** An item of a list; null of anything else. */
export function itemOf(value: SpelledJson, index: number): SpelledJson {
  return isSpelledList(value) ? (value[index] ?? null) : null;
}

/** The object with another value of one member, in its place. */
export function withMember(value: SpelledJson, name: string, member: SpelledJson): SpelledJson {
  return isSpelledObject(value) ? new Map(value).set(name, member) : value;
}

/**
 * Compact JSON: no white space outside strings, strings as JSON.stringify writes them. For values that do not
 * nest too deep.
 */
export function compactJson(value: SpelledJson): string {
  if (value instanceof SpelledNumber) return value.text;
  if (isSpelledObject(value))
    return `{${[...value].map(([name, member]) => `${JSON.stringify(name)}:${compactJson(member)}`).join(',')}}`;
  if (isSpelledList(value)) return `[${value.map(compactJson).join(',')}]`;
  return JSON.stringify(value);
}

/** Whether a value is an object. */
export function isSpelledObject(value: SpelledJson): value is SpelledObject {
  return value instanceof Map;
}

/** Whether a value is a list. */
export function isSpelledList(value: SpelledJson): value is SpelledList {
  return Array.isArray(value);
}
