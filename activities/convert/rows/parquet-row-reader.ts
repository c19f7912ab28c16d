import { isUtf8 } from 'node:buffer';
import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { keyUses, type KeyUses } from '../../../core/convert/keys/key-uses.js';
import { isObject, type ListNames } from '../../../core/convert/layout.js';
import type { Role } from '../../../core/convert/conversation/roles.js';
import { TextBytes } from '../read/text-bytes.js';
import { mayBeBlank } from './blank.js';
import { roleSpellings, type Spellings } from './spellings.js';

type Row = Readonly<Record<string, unknown>>;

/** A message of a row. */
export interface TextMessage {
  readonly role: Role;
  /** UTF-8. */
  readonly text: Uint8Array;
}

/** A column whose value is a text. */
export interface TextColumn {
  readonly name: string;
  readonly text: Uint8Array;
}

/** Finds the messages of a row of parquet without decoding their texts. */
export class ParquetRowReader {
  readonly #names: ListNames;
  readonly #roles: Spellings<Role>;
  readonly #uses: KeyUses;
  readonly #countedTexts: TextColumn[] = [];
  readonly #messages: TextMessage[] = [];

  constructor(names: ListNames, rules: ConversionRules) {
    this.#names = names;
    this.#roles = roleSpellings(rules.roles);
    this.#uses = keyUses(rules);
  }

  /** Reads a row. False if it is left to the parser, because more than texts of messages is read in it. */
  read(row: Row): boolean {
    this.#countedTexts.length = 0;
    this.#messages.length = 0;
    for (const name in row) if (name !== this.#names.list && !this.#passes(name, row[name])) return false;
    const list = row[this.#names.list];
    if (!Array.isArray(list)) return false;
    for (const item of list as readonly unknown[]) {
      const message = this.#readMessage(item);
      if (message === undefined) return false;
      this.#messages.push(message);
    }
    return true;
  }

  /** The messages of the row that was read last. */
  get messages(): readonly TextMessage[] {
    return this.#messages;
  }

  /** The texts of the row that was read last that count as not read, unless a message has the same text. */
  get countedTexts(): readonly TextColumn[] {
    return this.#countedTexts;
  }

  /** Whether the value of a column says nothing, or is a text that only has to be counted. */
  #passes(name: string, value: unknown): boolean {
    const use = this.#uses.row(name);
    if (use === 'nothing' || isEmpty(value)) return true;
    if (use !== 'counted') return false;
    if (bitOf(value) === 1) return true;
    if (!(value instanceof TextBytes) || mayBeBlank(value.bytes)) return false;
    this.#countedTexts.push({ name, text: value.bytes });
    return true;
  }

  #readMessage(message: unknown): TextMessage | undefined {
    if (!isObject(message)) return undefined;
    const { role, content } = this.#names;
    const [roleName, text] = [message[role], message[content]];
    if (!(roleName instanceof TextBytes) || !(text instanceof TextBytes)) return undefined;
    const known = this.#roles.meaningAt(roleName.bytes, 0, roleName.bytes.length);
    if (known === undefined || !isUtf8(text.bytes)) return undefined;
    for (const name in message)
      if (name !== role && name !== content && !this.#memberPasses(name, message[name], known))
        return undefined;
    return { role: known, text: text.bytes };
  }

  /** Whether the value of a member says nothing. */
  #memberPasses(name: string, value: unknown, role: Role): boolean {
    const use = this.#uses.message(name);
    if (use === 'nothing' || isEmpty(value)) return true;
    if (use === 'counted') return bitOf(value) === 0;
    // A weight of 1 is what an assistant has without it, and of others one that is not read.
    return use === 'weight' && bitOf(value) === (role === 'assistant' ? 1 : 0);
  }
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return value instanceof TextBytes ? value.bytes.length === 0 : Array.isArray(value) && value.length === 0;
}

/** 0 of `0` and `false`, 1 of `1` and `true`; `undefined` of any other value. */
function bitOf(value: unknown): 0 | 1 | undefined {
  switch (value) {
    case 0:
    case 0n:
    case false:
      return 0;
    case 1:
    case 1n:
    case true:
      return 1;
    default:
      return undefined;
  }
}
