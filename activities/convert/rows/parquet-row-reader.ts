import { isUtf8 } from 'node:buffer';
import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { keyUses, type KeyUses } from '../../../core/convert/keys/key-uses.js';
import { isObject } from '../../../core/convert/layout.js';
import type { Role } from '../../../core/convert/conversation/roles.js';
import type { MessageTable } from '../read/message-table.js';
import type { ParquetRows } from '../read/parquet-rows.js';
import { TextBytes } from '../read/text-bytes.js';
import { mayBeBlank } from './blank.js';
import { roleSpellings, type Spellings } from './spellings.js';

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
  readonly #roles: Spellings<Role>;
  readonly #uses: KeyUses;
  readonly #countedTexts: TextColumn[] = [];
  readonly #messages: TextMessage[] = [];

  constructor(rules: ConversionRules) {
    this.#roles = roleSpellings(rules.roles);
    this.#uses = keyUses(rules);
  }

  /**
   * Reads a row. False if it is left to the parser, because more than texts of messages is read in it, or the
   * file does not have its messages as a table.
   */
  read(rows: ParquetRows, index: number): boolean {
    this.#countedTexts.length = 0;
    this.#messages.length = 0;
    const { messages } = rows;
    if (messages === undefined) return false;
    const others = rows.others(index);
    const { list } = messages.list.names;
    for (const name in others) if (name !== list && !this.#passes(name, others[name])) return false;
    const [first, end] = [messages.firstEntry(index), messages.firstEntry(index + 1)];
    for (let entry = first; entry < end; entry += 1) if (!this.#readMessage(messages, entry)) return false;
    return !(list in others) || this.#membersPass(others[list]);
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

  #readMessage(messages: MessageTable, entry: number): boolean {
    if (!messages.isMessage(entry)) return false;
    const { roles, contents } = messages;
    const role = this.#roles.meaningAt(roles.bytesOf(entry), roles.startOf(entry), roles.endOf(entry));
    if (role === undefined) return false;
    const text = contents.text(entry);
    if (!isUtf8(text)) return false;
    this.#messages.push({ role, text });
    return true;
  }

  /** Whether the members that are not in the table say nothing. */
  #membersPass(messages: unknown): boolean {
    if (!Array.isArray(messages)) return false;
    return this.#messages.every(({ role }, index) => {
      const message: unknown = messages[index];
      if (!isObject(message)) return false;
      for (const name in message) if (!this.#memberPasses(name, message[name], role)) return false;
      return true;
    });
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
