import type { MessageList } from './parquet-message-list.js';
import type { TextTable } from './parquet-text-table.js';
import { TextBytes } from './text-bytes.js';

type Members = Readonly<Record<string, unknown>>;

/**
 * The messages of a row group as two tables: their roles and their texts. An entry is a message, or stands
 * for a list that is empty or missing.
 */
export class MessageTable {
  readonly list: MessageList;
  readonly roles: TextTable;
  readonly contents: TextTable;
  /** The first entry of each row, and the number of entries. */
  readonly #rows: Uint32Array;

  /** @throws {Error} where the tables do not have the same rows, and as many as are expected. */
  constructor(list: MessageList, roles: TextTable, contents: TextTable, rows: number) {
    this.list = list;
    this.roles = roles;
    this.contents = contents;
    this.#rows = rowStarts(roles.repetition, rows);
    if (Buffer.compare(roles.repetition, contents.repetition) !== 0)
      throw new Error(`a row of ${list.names.list} has more of one member than of another`);
  }

  /** The entries of a row are `[firstEntry(row), firstEntry(row + 1))`. */
  firstEntry(row: number): number {
    return this.#rows[row] ?? this.roles.entries;
  }

  /** Whether an entry is a message with a role and a text. */
  isMessage(entry: number): boolean {
    return this.roles.isText(entry) && this.contents.isText(entry);
  }

  /**
   * The list of a row as hyparquet returns it.
   *
   * @param others - the same list with the members that are not in the tables.
   */
  messages(row: number, others: unknown): readonly unknown[] | undefined {
    const { listLevel, entryLevel } = this.list;
    const [first, end] = [this.firstEntry(row), this.firstEntry(row + 1)];
    const level = this.roles.definition[first] ?? 0;
    if (level < listLevel) return undefined;
    if (level < entryLevel) return [];
    return Array.from({ length: end - first }, (_, index) =>
      this.#message(first + index, Array.isArray(others) ? others[index] : undefined),
    );
  }

  #message(entry: number, others: Members | undefined): Members | undefined {
    const { names, members, objectLevel } = this.list;
    if ((this.roles.definition[entry] ?? 0) < objectLevel) return undefined;
    return Object.fromEntries(
      members.map((name) => {
        if (name === names.role) return [name, textOf(this.roles, entry)];
        return [name, name === names.content ? textOf(this.contents, entry) : others?.[name]];
      }),
    );
  }
}

function textOf(table: TextTable, entry: number): TextBytes | undefined {
  return table.isText(entry) ? new TextBytes(table.text(entry)) : undefined;
}

function rowStarts(repetition: Uint8Array, rows: number): Uint32Array {
  const starts = new Uint32Array(rows + 1);
  let row = 0;
  for (let entry = 0; entry < repetition.length; entry += 1)
    if (repetition[entry] === 0) {
      starts[row] = entry;
      row += 1;
    }
  if (row !== rows) throw new Error(`a list of ${row} rows, where the row group has ${rows}`);
  if (rows > 0 && starts[0] !== 0) throw new Error('a row group that begins inside a row');
  starts[rows] = repetition.length;
  return starts;
}
