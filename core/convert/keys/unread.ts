import { isBlank, saysNothing } from '../conversation/blank.js';
import type { Message } from '../conversation/conversation.js';
import type { KeyUse } from './key-uses.js';
import { isObject } from '../layout.js';
import { looksLikeWeight } from './part-names.js';
import type { RowValue } from '../messages/row-value.js';

/** The fields of a row that look like part of the conversation, say something and were not read. */
export class Unread {
  readonly #values = new Map<string, unknown[]>();

  /**
   * Looks at the keys of a row or a message.
   *
   * @param used - the keys that were read.
   * @param list - the column of the message's list; absent for a row.
   */
  add(from: RowValue, useOf: (name: string) => KeyUse, used: ReadonlySet<string>, list?: string): void {
    if (!isObject(from.value)) return;
    for (const name of Object.keys(from.value)) {
      const use = useOf(name);
      if (use === 'nothing' || use === 'structure' || used.has(name)) continue;
      const value = from.value[name];
      const isWeight = use === 'weight' || looksLikeWeight(name);
      if (!saysSomething(value, isWeight, list === undefined)) continue;
      const field = list === undefined ? name : `${list}[].${name}`;
      const values = this.#values.get(field);
      if (values === undefined) this.#values.set(field, [value]);
      else values.push(value);
    }
  }

  /** The names of the fields. A text that is the content or the reasoning of a message was read there. */
  names(messages: readonly Message[]): readonly string[] {
    if (this.#values.size === 0) return [];
    const texts = new Set<unknown>(messages.flatMap(({ content, reasoning_content: r }) => [content, r]));
    return [...this.#values].flatMap(([field, values]) =>
      values.some((value) => !texts.has(value)) ? field : [],
    );
  }
}

/** Of numbers and true/false, only weights say something: what is not the usual weight there. */
function saysSomething(value: unknown, isWeight: boolean, ofRow: boolean): boolean {
  if (typeof value === 'string') return !isBlank(value);
  if (typeof value === 'number' || typeof value === 'boolean')
    return isWeight && Number(value) !== (ofRow ? 1 : 0);
  return !saysNothing(value);
}
