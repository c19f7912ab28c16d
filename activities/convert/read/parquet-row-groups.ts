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
  readonly #list: MessageList | undefined;
  /** The footer with the chosen columns that are not in the tables. */
  readonly #others: FileMetaData;

  constructor(file: ParquetFile, choice: ColumnChoice) {
    this.#file = file;
    this.metadata = pruneColumns(file.metadata, choice);
    this.#columns = parquetSchema(this.metadata).children.map(({ element }) => element.name);
    const list = choice.messages && messageListIn(this.metadata, choice.messages);
    this.#list = list;
    this.#others =
      list === undefined
        ? this.metadata
        : keepLeaves(
            this.metadata,
            (path) => !isSame(path, list.role.path) && !isSame(path, list.content.path),
          );
  }

  /** Reads the first rows of a row group. */
  async read(rowGroup: number, maxRows: number): Promise<ParquetRows> {
    try {
      const rows = this.#rowsOf(rowGroup);
      const messages = this.#list && (await this.#readMessages(this.#list, rowGroup));
      const others = await this.#readObjects(rowGroup, Math.min(rows, maxRows));
      return new ParquetRows(this.#columns, others, messages);
    } catch (error) {
      throw damaged(this.#file.name, error);
    }
  }

  #rowsOf(rowGroup: number): number {
    return Number(this.metadata.row_groups[rowGroup]?.num_rows ?? 0);
  }

  async #readMessages(list: MessageList, rowGroup: number): Promise<MessageTable> {
    const roles = await this.#readTexts(list.role, rowGroup);
    const contents = await this.#readTexts(list.content, rowGroup);
    return new MessageTable(list, roles, contents, this.#rowsOf(rowGroup));
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

  async #readObjects(rowGroup: number, rows: number): Promise<readonly ParquetRow[]> {
    const columns = columnsOf(this.#others);
    // hyparquet returns no rows where there are no columns.
    if (columns.length === 0) return Array.from({ length: rows }, () => noColumns);
    let rowStart = 0;
    for (let before = 0; before < rowGroup; before += 1) rowStart += this.#rowsOf(before);
    return parquetReadObjects({
      file: this.#file.bytes,
      metadata: this.#others,
      columns,
      rowStart,
      rowEnd: rowStart + rows,
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
