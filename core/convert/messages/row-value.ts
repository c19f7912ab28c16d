import { itemOf, memberOf, parseSpelled, type SpelledJson } from '../../json/spelled-json.js';
import { isObject } from '../layout.js';

/** A value of a row as JSON.parse returns it, and its spelling, which is looked up where it is needed. */
export class RowValue {
  readonly value: unknown;
  readonly #spell: () => SpelledJson;

  /** @param spell - returns the spelling of `value`. */
  constructor(value: unknown, spell: () => SpelledJson) {
    this.value = value;
    this.#spell = spell;
  }

  /** @param text - the JSON of `value`. It is parsed at most once. */
  static of(value: unknown, text: () => string): RowValue {
    let spelled: SpelledJson | undefined;
    return new RowValue(value, () => (spelled ??= parseSpelled(text())));
  }

  /** The value with the spelling of its numbers and the order of its members. */
  get spelled(): SpelledJson {
    return this.#spell();
  }

  /** The member of an object; `undefined` as the value of anything else. */
  member(name: string): RowValue {
    const value = isObject(this.value) && Object.hasOwn(this.value, name) ? this.value[name] : undefined;
    return new RowValue(value, () => memberOf(this.spelled, name));
  }

  /** The items of a list; `undefined` for anything else. */
  items(): readonly RowValue[] | undefined {
    if (!Array.isArray(this.value)) return undefined;
    return this.value.map((item: unknown, index) => new RowValue(item, () => itemOf(this.spelled, index)));
  }

  /** Where a list or an object is looked for: what a text holds as JSON. Any other value is itself. */
  opened(): RowValue {
    const text = this.value;
    if (typeof text !== 'string') return this;
    try {
      return RowValue.of(JSON.parse(text) as unknown, () => text);
    } catch {
      return this;
    }
  }
}
