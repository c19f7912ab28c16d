import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { keyUses, type KeyUse } from '../../../core/convert/keys/key-uses.js';
import type { ListNames } from '../../../core/convert/layout.js';
import type { Role } from '../../../core/convert/conversation/roles.js';
import type { JsonRow, StringSpan } from '../json-bytes/json-row.js';
import { bitAt, isEmptyValue } from '../json-bytes/json-values.js';
import { roleSpellings, Spellings } from './spellings.js';

/** A message of a row. */
export interface JsonMessage {
  readonly role: Role;
  readonly text: StringSpan;
}

/** Reads messages that are no more than a role and a text. */
export class MessageReader {
  readonly #memory: Buffer;
  readonly #roles: Spellings<Role>;
  readonly #keys: Spellings<KeyUse | 'role' | 'content'>;
  #role: Role | undefined;
  #text: StringSpan | undefined;
  /** Whether the message has a weight of 0, and whether it has one of 1. */
  #hasZero = false;
  #hasOne = false;

  /** @param memory - that of the rows. */
  constructor(memory: Buffer, names: ListNames, rules: ConversionRules) {
    this.#memory = memory;
    this.#roles = roleSpellings(rules.roles);
    const uses = keyUses(rules);
    this.#keys = new Spellings((name) => {
      if (name === names.content) return 'content';
      return name === names.role ? 'role' : uses.message(name);
    });
  }

  /** The message that is the value `element` of the row; `undefined` for one that is left to the parser. */
  read(row: JsonRow, element: number): JsonMessage | undefined {
    this.#role = undefined;
    this.#text = undefined;
    this.#hasZero = false;
    this.#hasOne = false;
    for (let member = element + 1; member < row.next(element); member = row.next(member))
      if (!this.#readMember(row, member)) return undefined;
    const [role, text] = [this.#role, this.#text];
    if (role === undefined || text === undefined) return undefined;
    // A weight of 1 is what an assistant has without it, and of others one that is not read.
    return (role === 'assistant' ? this.#hasZero : this.#hasOne) ? undefined : { role, text };
  }

  #readMember(row: JsonRow, member: number): boolean {
    const use = this.#keys.meaningAt(this.#memory, row.keyStart(member), row.keyEnd(member));
    switch (use) {
      case 'content':
        this.#text = row.string(member);
        return this.#text !== undefined;
      case 'role':
        this.#role = this.#readRole(row, member);
        return this.#role !== undefined;
      case 'nothing':
        return true;
      case 'structure':
      case 'read':
      case 'weight':
      case 'counted':
        return this.#passes(use, row.start(member), row.end(member));
      case undefined:
        return false;
    }
  }

  #readRole(row: JsonRow, member: number): Role | undefined {
    const name = row.string(member);
    return name && this.#roles.meaningAt(this.#memory, name.start, name.end);
  }

  /** Whether the value `[start, end)` says nothing, or is a weight of 0 or 1. */
  #passes(use: KeyUse, start: number, end: number): boolean {
    if (isEmptyValue(this.#memory, start, end)) return true;
    const bit = bitAt(this.#memory, start, end);
    if (use === 'counted') return bit === 0;
    if (use !== 'weight' || bit === undefined) return false;
    if (bit === 0) this.#hasZero = true;
    else this.#hasOne = true;
    return true;
  }
}
