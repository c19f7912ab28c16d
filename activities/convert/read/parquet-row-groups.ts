import {
  parquetReadObjects,
  parquetSchema,
  type ColumnMetaData,
  type FileMetaData,
  type ParquetParsers,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { columnsOf } from '../../hub/resolve/parquet-footer.js';
import { MessageTable } from './message-table.js';
import { keepLeaves, pruneColumns, type ColumnChoice } from './parquet-columns.js';
import { compressedBytes, damaged, type ParquetFile } from './parquet.js';
import { messageListIn, type MessageList, type TextLeaf } from './parquet-message-list.js';
import { ParquetRows, type ParquetRow } from './parquet-rows.js';
import { TextTable } from './parquet-text-table.js';
import { TextBytes } from './text-bytes.js';

/**
 * Receives the rows of a row group, one at a time.
 *
 * @param index - of the row in `rows`.
 * @param row - its number from 1, in the row groups that are read.
 */
export type OnParquetRow = (rows: ParquetRows, index: number, row: number, rowGroup: number) => void;

/** Input of {@link readRowGroups}. */
export interface RowGroupsInput {
  /** First row group. */
  readonly from: number;
  /** Row group after the last one. */
  readonly to: number;
  readonly choice: ColumnChoice;
  /** The most rows of each row group that are read. */
  readonly maxRows: number;
  /** Reading ends when it returns true. */
  readonly isFull: () => boolean;
  /** Gets the compressed bytes of the chosen columns that were read so far. */
  readonly onBytes: (done: number) => void;
}

/**
 * Reads row groups, one at a time and only the columns chosen. Memory: one row group. Returns the number of
 * rows.
 *
 * @throws {HeadraceError} FormatError for a damaged file.
 */
export async function readRowGroups(
  file: ParquetFile,
  { from, to, choice, maxRows, isFull, onBytes }: RowGroupsInput,
  onRow: OnParquetRow,
): Promise<number> {
  const reader = new RowGroupReader(file, choice);
  let row = 0;
  let bytes = 0;
  for (let rowGroup = from; rowGroup < to && !isFull(); rowGroup += 1) {
    const rows = await reader.read(rowGroup, maxRows);
    for (let index = 0; index < rows.length; index += 1) {
      row += 1;
      onRow(rows, index, row, rowGroup);
    }
    bytes += compressedBytes(reader.metadata, rowGroup);
    onBytes(bytes);
  }
  return row;
}

/** Reads the chosen columns of a file: the texts of messages as tables, the others as objects. */
class RowGroupReader {
  readonly #file: ParquetFile;
  /** The footer with the chosen columns. */
  readonly metadata: FileMetaData;
  readonly #columns: readonly string[];
  /** The first row of each row group, and the number of rows. */
  readonly #firstRows: number[] = [0];
  readonly #list: MessageList | undefined;
  /** The footer with the chosen columns that are not in the tables. */
  readonly #others: FileMetaData;
  readonly #otherColumns: string[];

  constructor(file: ParquetFile, choice: ColumnChoice) {
    this.#file = file;
    this.metadata = pruneColumns(file.metadata, choice);
    this.#columns = parquetSchema(this.metadata).children.map(({ element }) => element.name);
    let rows = 0;
    for (const rowGroup of this.metadata.row_groups) {
      rows += Number(rowGroup.num_rows);
      this.#firstRows.push(rows);
    }
    const list = choice.messages && messageListIn(this.metadata, choice.messages);
    this.#list = list;
    this.#others =
      list === undefined
        ? this.metadata
        : keepLeaves(
            this.metadata,
            (path) => !isSame(path, list.role.path) && !isSame(path, list.content.path),
          );
    this.#otherColumns = columnsOf(this.#others);
  }

  /** Reads the first rows of a row group. */
  async read(rowGroup: number, maxRows: number): Promise<ParquetRows> {
    const first = this.#firstRows[rowGroup] ?? 0;
    const rows = (this.#firstRows[rowGroup + 1] ?? first) - first;
    try {
      const list = this.#list;
      const messages = list && (await this.#readMessages(list, rowGroup, rows));
      const others = await this.#readObjects(first, first + Math.min(rows, maxRows));
      return new ParquetRows(this.#columns, others, messages);
    } catch (error) {
      throw damaged(this.#file.name, error);
    }
  }

  async #readMessages(list: MessageList, rowGroup: number, rows: number): Promise<MessageTable> {
    const roles = await this.#readTexts(list.role, rowGroup);
    const contents = await this.#readTexts(list.content, rowGroup);
    return new MessageTable(list, roles, contents, rows);
  }

  async #readTexts({ path, maxDefinition }: TextLeaf, rowGroup: number): Promise<TextTable> {
    const chunks = this.metadata.row_groups[rowGroup]?.columns ?? [];
    const column = chunks.find(
      ({ meta_data: found }) => found && isSame(found.path_in_schema, path),
    )?.meta_data;
    if (column === undefined) throw new Error(`row group ${rowGroup} has no column ${path.join('.')}`);
    return new TextTable(await this.#chunkOf(column), column.codec, maxDefinition);
  }

  async #chunkOf(column: ColumnMetaData): Promise<ArrayBuffer> {
    // 0 stands for no dictionary in files of some writers.
    const start = Number(column.dictionary_page_offset || column.data_page_offset);
    return this.#file.bytes.slice(start, start + Number(column.total_compressed_size));
  }

  async #readObjects(rowStart: number, rowEnd: number): Promise<readonly ParquetRow[]> {
    const columns = this.#otherColumns;
    // hyparquet returns no rows where there are no columns.
    if (columns.length === 0) return Array.from({ length: rowEnd - rowStart }, () => noColumns);
    return parquetReadObjects({
      file: this.#file.bytes,
      metadata: this.#others,
      columns,
      rowStart,
      rowEnd,
      compressors,
      parsers,
      // Bytes that the schema does not call text, such as those of images, may be anything.
      utf8: false,
      geoparquet: false,
    });
  }
}

const noColumns: ParquetRow = {};

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index]);
}

/** Texts stay bytes: most of them are never decoded. A column of JSON is the text that it is. */
const textFromBytes = (bytes: Uint8Array | undefined): TextBytes | undefined => bytes && new TextBytes(bytes);
const parsers: Partial<ParquetParsers> = { stringFromBytes: textFromBytes, jsonFromBytes: textFromBytes };
