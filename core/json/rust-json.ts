import { byName } from '../text/code-point-order.js';
import { rustNumber } from './rust-number.js';
import { isSpelledList, isSpelledObject, SpelledNumber, type SpelledJson } from './spelled-json.js';

/** Styles of the two versions of `serde_json` that write the JSON of Inkling's messages. */
export interface RustJsonStyle {
  /** The members of every object stand in the order of their names' code points. @default false */
  readonly sorted?: boolean;
  /** An exponent above zero has a sign: `1e+16`. @default false */
  readonly plus?: boolean;
}

/**
 * JSON as Rust's `serde_json` writes what it read of Python's `json.dumps`: compact, with numbers of 64 bits.
 *
 * @param value - parsed from the text; strings without halves of surrogate pairs.
 */
export function rustJson(value: SpelledJson, style: RustJsonStyle = {}): string {
  if (value instanceof SpelledNumber) return rustNumber(value.text, style.plus === true);
  if (isSpelledObject(value)) {
    const members = style.sorted === true ? byName(value) : [...value];
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${rustJson(member, style)}`).join(',')}}`;
  }
  if (isSpelledList(value)) return `[${value.map((item) => rustJson(item, style)).join(',')}]`;
  return JSON.stringify(value);
}
