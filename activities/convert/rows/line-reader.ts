import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { compileFilter } from '../../../core/convert/filter.js';
import { keyUses, type KeyUse } from '../../../core/convert/keys/key-uses.js';
import type { ListNames } from '../../../core/convert/layout.js';
import type { JsonBytes } from '../json-bytes/json-bytes.js';
import type { JsonRow } from '../json-bytes/json-row.js';
import { bitAt, isEmptyValue, isList, isString } from '../json-bytes/json-values.js';
import { jsonMayBeBlank } from './blank.js';
import { MessageReader, type JsonMessage } from './message-reader.js';
import { Spellings } from './spellings.js';

/** A column whose value is the text `[start, end)` of the memory, without its quotes. */
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
 * Finds the messages of a row without parsing it. If a key is repeated its last value counts, as for
 * JSON.parse. Rows in which more than roles and texts of messages is read are left to the parser.
 */
export class LineReader {
  readonly #memory: Buffer;
  readonly #messageReader: MessageReader;
  readonly #keys: Spellings<ColumnKey>;
  #messages: JsonMessage[] | undefined;
  #countedTexts: TextColumn[] = [];
  /** The JSON of the columns that the filter reads. */
  readonly #filterValues = new Map<string, string>();

  constructor(json: JsonBytes, names: ListNames, rules: ConversionRules) {
    this.#memory = json.memory;
    this.#messageReader = new MessageReader(json.memory, names, rules);
    const uses = keyUses(rules);
    const filtered = compileFilter(rules.filter, rules.layout).columns;
    this.#keys = new Spellings((name) => ({
      name,
      use: uses.row(name),
      isList: name === names.list,
      isFiltered: filtered.includes(name),
    }));
  }

  /** Reads a row. False if it is left to the parser. */
  read(row: JsonRow): boolean {
    this.#messages = undefined;
    this.#countedTexts.length = 0;
    this.#filterValues.clear();
    for (let column = 0; column < row.values; column = row.next(column))
      if (!this.#readColumn(row, column)) return false;
    return this.#messages !== undefined;
  }

  /** The messages of the row that was read last. */
  get messages(): readonly JsonMessage[] {
    return this.#messages ?? [];
  }

  /** The texts of the row that was read last that count as not read, unless a message has the same text. */
  get countedTexts(): readonly TextColumn[] {
    return this.#countedTexts;
  }

  /** The columns that the filter reads, of the row that was read last. */
  filterRow(): Readonly<Record<string, unknown>> {
    const row: Record<string, unknown> = {};
    for (const [name, value] of this.#filterValues) row[name] = JSON.parse(value) as unknown;
    return row;
  }

  #readColumn(row: JsonRow, column: number): boolean {
    const key = this.#keys.meaningAt(this.#memory, row.keyStart(column), row.keyEnd(column));
    if (key === undefined) return false;
    const [start, end] = [row.start(column), row.end(column)];
    if (key.isList && !this.#readMessages(row, column)) return false;
    if (key.isFiltered) this.#filterValues.set(key.name, this.#memory.toString('utf8', start, end));
    if (key.isList || key.use === 'nothing') return true;
    return this.#passes(key, start, end);
  }

  #readMessages(row: JsonRow, list: number): boolean {
    if (!isList(this.#memory, row.start(list))) return false;
    const messages: JsonMessage[] = [];
    for (let element = list + 1; element < row.next(list); element = row.next(element)) {
      const message = this.#messageReader.read(row, element);
      if (message === undefined) return false;
      messages.push(message);
    }
    this.#messages = messages;
    return true;
  }

  /** Whether the value `[start, end)` of a column says nothing, or is a text that only has to be counted. */
  #passes({ name, use }: ColumnKey, start: number, end: number): boolean {
    const bytes = this.#memory;
    if (use !== 'counted') return isEmptyValue(bytes, start, end);
    this.#countedTexts = this.#countedTexts.filter((text) => text.name !== name);
    if (isEmptyValue(bytes, start, end) || bitAt(bytes, start, end) === 1) return true;
    if (!isString(bytes, start) || jsonMayBeBlank(bytes, start + 1, end - 1)) return false;
    this.#countedTexts.push({ name, start: start + 1, end: end - 1 });
    return true;
  }
}
