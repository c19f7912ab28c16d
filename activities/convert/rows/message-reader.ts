import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { keyUses, type KeyUse } from '../../../core/convert/keys/key-uses.js';
import type { ListNames } from '../../../core/convert/layout.js';
import type { Role } from '../../../core/convert/conversation/roles.js';
import type { StringSpan } from '../json-bytes/json-bytes.js';
import type { JsonCursor } from '../json-bytes/json-cursor.js';
import { bitAt, isEmptyValue } from '../json-bytes/json-values.js';
import { roleSpellings, Spellings } from './spellings.js';

/** A message of a line. */
export interface JsonMessage {
  readonly role: Role;
  readonly text: StringSpan;
}

/** Reads messages that are no more than a role and a text. */
export class MessageReader {
  readonly #cursor: JsonCursor;
  readonly #roles: Spellings<Role>;
  readonly #keys: Spellings<KeyUse | 'role' | 'content'>;
  #bytes: Buffer = Buffer.alloc(0);
  #role: Role | undefined;
  #text: StringSpan | undefined;
  /** Whether the message has a weight of 0, and whether it has one of 1. */
  #hasZero = false;
  #hasOne = false;

  constructor(cursor: JsonCursor, names: ListNames, rules: ConversionRules) {
    this.#cursor = cursor;
    this.#roles = roleSpellings(rules.roles);
    const uses = keyUses(rules);
    this.#keys = new Spellings((name) => {
      if (name === names.content) return 'content';
      return name === names.role ? 'role' : uses.message(name);
    });
  }

  /** @param bytes - what the cursor walks through. */
  start(bytes: Buffer): void {
    this.#bytes = bytes;
  }

  /** The message at the cursor, which moves past it; `undefined` for a message that is left to the parser. */
  read(): JsonMessage | undefined {
    this.#role = undefined;
    this.#text = undefined;
    this.#hasZero = false;
    this.#hasOne = false;
    if (!this.#readMembers()) return undefined;
    const [role, text] = [this.#role, this.#text];
    if (role === undefined || text === undefined) return undefined;
    // A weight of 1 is what an assistant has without it, and of others one that is not read.
    return (role === 'assistant' ? this.#hasZero : this.#hasOne) ? undefined : { role, text };
  }

  #readMembers(): boolean {
    if (!this.#cursor.enterObject()) return false;
    while (this.#cursor.nextMember()) if (!this.#readMember()) return false;
    return this.#cursor.isWhole;
  }

  #readMember(): boolean {
    const use = this.#keys.meaningAt(this.#bytes, this.#cursor.keyStart, this.#cursor.keyEnd);
    switch (use) {
      case 'content':
        this.#text = this.#cursor.readString();
        return this.#text !== undefined;
      case 'role':
        this.#role = this.#readRole();
        return this.#role !== undefined;
      case 'nothing':
        return this.#cursor.skipValue();
      case 'structure':
      case 'read':
      case 'weight':
      case 'counted':
        return this.#passes(use);
      case undefined:
        return false;
    }
  }

  #readRole(): Role | undefined {
    const start = this.#cursor.at + 1;
    if (!this.#cursor.skipPlainString()) return undefined;
    return this.#roles.meaningAt(this.#bytes, start, this.#cursor.at - 1);
  }

  /** Moves past a value. Whether it says nothing, or is a weight of 0 or 1. */
  #passes(use: KeyUse): boolean {
    const start = this.#cursor.at;
    if (!this.#cursor.skipValue()) return false;
    const end = this.#cursor.at;
    if (isEmptyValue(this.#bytes, start, end)) return true;
    const bit = bitAt(this.#bytes, start, end);
    if (use === 'counted') return bit === 0;
    if (use !== 'weight' || bit === undefined) return false;
    if (bit === 0) this.#hasZero = true;
    else this.#hasOne = true;
    return true;
  }
}
