import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { compileFilter } from '../../../core/convert/filter.js';
import { keyUses, type KeyUse } from '../../../core/convert/keys/key-uses.js';
import type { ListNames } from '../../../core/convert/layout.js';
import type { JsonBytes } from '../json-bytes/json-bytes.js';
import { JsonCursor } from '../json-bytes/json-cursor.js';
import { bitAt, isEmptyValue, isString } from '../json-bytes/json-values.js';
import { jsonMayBeBlank } from './blank.js';
import { MessageReader, type JsonMessage } from './message-reader.js';
import { Spellings } from './spellings.js';

/** A column whose value is the text `[start, end)`, without its quotes. */
export interface TextColumn {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** A key of rows. */
interface ColumnKey {
  readonly name: string;
  readonly use: KeyUse;
  readonly isList: boolean;
  /** Whether the filter reads it. */
  readonly isFiltered: boolean;
}

/**
 * Finds the messages of a line without parsing it. If a key is repeated its last value counts, as for
 * JSON.parse. Two kinds of lines are left to the parser: those in which more than roles and texts of messages
 * is read, and JSON that {@link JsonCursor} does not walk through.
 */
export class LineReader {
  readonly #cursor: JsonCursor;
  readonly #messageReader: MessageReader;
  readonly #keys: Spellings<ColumnKey>;
  #bytes: Buffer = Buffer.alloc(0);
  #messages: JsonMessage[] | undefined;
  #countedTexts: TextColumn[] = [];
  /** The JSON of the columns that the filter reads. */
  readonly #filterValues = new Map<string, string>();

  constructor(json: JsonBytes, names: ListNames, rules: ConversionRules) {
    this.#cursor = new JsonCursor(json);
    this.#messageReader = new MessageReader(this.#cursor, names, rules);
    const uses = keyUses(rules);
    const filtered = compileFilter(rules.filter, rules.layout).columns;
    this.#keys = new Spellings((name) => ({
      name,
      use: uses.row(name),
      isList: name === names.list,
      isFiltered: filtered.includes(name),
    }));
  }

  /** Reads a line. False if it is left to the parser. */
  read(bytes: Buffer, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#messages = undefined;
    this.#countedTexts.length = 0;
    this.#filterValues.clear();
    this.#cursor.start(bytes, start, end);
    this.#messageReader.start(bytes);
    if (!this.#readRow() || this.#messages === undefined) return false;
    this.#cursor.skipSpace();
    return this.#cursor.at === end;
  }

  /** The messages of the line that was read last. */
  get messages(): readonly JsonMessage[] {
    return this.#messages ?? [];
  }

  /** The texts of the line that was read last that count as not read, unless a message has the same text. */
  get countedTexts(): readonly TextColumn[] {
    return this.#countedTexts;
  }

  /** The columns that the filter reads, of the line that was read last. */
  filterRow(): Readonly<Record<string, unknown>> {
    const row: Record<string, unknown> = {};
    for (const [name, value] of this.#filterValues) row[name] = JSON.parse(value) as unknown;
    return row;
  }

  #readRow(): boolean {
    if (!this.#cursor.enterObject()) return false;
    while (this.#cursor.nextMember()) if (!this.#readColumn()) return false;
    return this.#cursor.isWhole;
  }

  #readColumn(): boolean {
    const key = this.#keys.meaningAt(this.#bytes, this.#cursor.keyStart, this.#cursor.keyEnd);
    if (key === undefined) return false;
    const start = this.#cursor.at;
    if (key.isList ? !this.#readMessages() : !this.#cursor.skipValue()) return false;
    const end = this.#cursor.at;
    if (key.isFiltered) this.#filterValues.set(key.name, this.#bytes.toString('utf8', start, end));
    if (key.isList || key.use === 'nothing') return true;
    return this.#passes(key, start, end);
  }

  #readMessages(): boolean {
    const messages: JsonMessage[] = [];
    if (!this.#cursor.enterList()) return false;
    while (this.#cursor.nextElement()) {
      const message = this.#messageReader.read();
      if (message === undefined) return false;
      messages.push(message);
    }
    this.#messages = messages;
    return this.#cursor.isWhole;
  }

  /** Whether the value `[start, end)` of a column says nothing, or is a text that only has to be counted. */
  #passes({ name, use }: ColumnKey, start: number, end: number): boolean {
    const bytes = this.#bytes;
    if (use !== 'counted') return isEmptyValue(bytes, start, end);
    this.#countedTexts = this.#countedTexts.filter((text) => text.name !== name);
    if (isEmptyValue(bytes, start, end) || bitAt(bytes, start, end) === 1) return true;
    if (!isString(bytes, start) || jsonMayBeBlank(bytes, start + 1, end - 1)) return false;
    this.#countedTexts.push({ name, start: start + 1, end: end - 1 });
    return true;
  }
}
