import type { MessageTable } from './message-table.js';

/** A row of parquet: its columns by name, texts as `TextBytes`. */
export type ParquetRow = Readonly<Record<string, unknown>>;

/** The first rows of a row group. */
export class ParquetRows {
  readonly #columns: readonly string[];
  readonly #values: readonly ParquetRow[];
  /** The messages of all rows of the row group, where the file has them as a table. */
  readonly messages: MessageTable | undefined;

  /**
   * @param columns - names, in their order.
   * @param values - of each row, all that is not in the table of messages.
   */
  constructor(columns: readonly string[], values: readonly ParquetRow[], messages: MessageTable | undefined) {
    this.#columns = columns;
    this.#values = values;
    this.messages = messages;
  }

  get length(): number {
    return this.#values.length;
  }

  /** The columns and members of a row that are not in the table of messages. */
  others(row: number): ParquetRow {
    return this.#values[row] ?? {};
  }

  /** A row with all of its columns. */
  row(row: number): ParquetRow {
    const [others, messages] = [this.others(row), this.messages];
    if (messages === undefined) return others;
    const { list } = messages.list.names;
    return Object.fromEntries(
      this.#columns.map((name) => [
        name,
        name === list ? messages.messages(row, others[name]) : others[name],
      ]),
    );
  }
}
