import { isAscii } from 'node:buffer';
import type { RejectReason } from '../../../core/contracts/conversion.js';
import { isObject } from '../../../core/convert/layout.js';
import { parseRow } from '../../../core/json/parse-row.js';
import type { FileSlice } from './file-slice.js';
import { ListSplitter } from './json-list.js';
import { LineSplitter, type OnText } from './lines.js';
import { withInputFile, type ReadableFile } from './open-file.js';
import { withParquet } from './parquet.js';
import type { ColumnChoice } from './parquet-columns.js';
import { readRowGroups, type OnParquetRow } from './parquet-row-groups.js';
import type { ParquetRows } from './parquet-rows.js';
import { plainRow, rowText } from './parquet-values.js';
import { holdsBadText } from './text-bytes.js';
import { fileChunks, unpackedChunks } from './unpack.js';

type Row = Readonly<Record<string, unknown>>;

/** Where a row is: its slice, and its number there from 1. */
export interface RowPlace {
  readonly slice: number;
  readonly row: number;
  /** Of parquet files, from 0. */
  readonly rowGroup?: number;
}

/** The text of a row that is a JSON object, made where it is needed. */
interface RowText {
  /** As it stands in the file. */
  readonly original: () => string;
  /** JSON of the row: {@link original}, but with null for numbers that are not finite. */
  readonly json: () => string;
  /** Whether there are such numbers. */
  readonly hasNonFinite: boolean;
}

/** Receives the rows of slices, in reading order. */
export interface RowHandler {
  /** A row that is a JSON object. */
  readonly onRow: (row: Row, place: RowPlace, text: RowText) => void;
  /** A row that is not a JSON object. */
  readonly onBad: (reason: RejectReason, place: RowPlace, text: () => string) => void;
  /**
   * A row of JSON text before it is parsed: `bytes[start, end)`, UTF-8, valid during the call only. Returns
   * true where the row needs no parsing.
   */
  readonly onText?: ((bytes: Buffer, start: number, end: number, place: RowPlace) => boolean) | undefined;
  /** The row at `index` of `rows` as it is stored in parquet. Returns true where it needs no decoding. */
  readonly onParquetRow?: ((rows: ParquetRows, index: number, place: RowPlace) => boolean) | undefined;
}

/** Input of {@link readRows}. */
export interface RowsInput {
  readonly files: readonly ReadableFile[];
  /** Places name them by their position here. */
  readonly slices: readonly FileSlice[];
  /** The columns of parquet files that are read. */
  readonly choice: ColumnChoice;
  /** A folder for unpacked files, which are removed after use. */
  readonly scratch: string;
  /** The most rows of each parquet row group that are read. @default all */
  readonly maxRowsPerRowGroup?: number;
  /** Gets the bytes of all slices that were read so far. */
  readonly onBytes?: (done: number) => void;
  /** Reading ends when it returns true. @default never */
  readonly isFull?: () => boolean;
}

/**
 * Reads the rows of slices in bounded memory. Returns the number of rows of each slice; of JSON Lines, of
 * lines.
 *
 * @throws {HeadraceError} FileChangedError, FileNotFoundError, ArtifactMissingError, FormatError.
 */
export async function readRows(input: RowsInput, handler: RowHandler): Promise<readonly number[]> {
  const { isFull = () => false, onBytes = () => {} } = input;
  const sliceRows: number[] = [];
  let bytesBefore = 0;
  for (const [index, slice] of input.slices.entries()) {
    if (isFull()) break;
    let bytes = 0;
    const reading = {
      ...input,
      isFull,
      onBytes: (done: number): void => {
        bytes = done;
        onBytes(bytesBefore + done);
      },
    };
    sliceRows.push(await readSlice(reading, slice, new RowParser(index, handler, isFull)));
    bytesBefore += bytes;
  }
  return sliceRows;
}

type Reading = RowsInput & Required<Pick<RowsInput, 'isFull' | 'onBytes'>>;

async function readSlice(reading: Reading, slice: FileSlice, parser: RowParser): Promise<number> {
  const file = reading.files[slice.file];
  if (file === undefined) throw new Error(`There is no file ${slice.file}, which a slice names`);
  if (file.kind.container === 'parquet')
    return withParquet(file, reading.scratch, (parquet) => {
      const all = { from: 0, to: parquet.metadata.row_groups.length };
      const { from, to } = slice.kind === 'rowGroups' ? slice : all;
      const { choice, maxRowsPerRowGroup: maxRows = Infinity, isFull, onBytes } = reading;
      return readRowGroups(parquet, { from, to, choice, maxRows, isFull, onBytes }, parser.parquet);
    });
  return withInputFile(file, (descriptor) => readText(descriptor, file, slice, reading, parser.text));
}

async function readText(
  descriptor: number,
  file: ReadableFile,
  slice: FileSlice,
  { isFull, onBytes }: Reading,
  onText: OnText,
): Promise<number> {
  const { container, compression } = file.kind;
  const [from, to] = slice.kind === 'bytes' ? [slice.from, slice.to] : [0, file.sizeBytes];
  const splitter =
    container === 'list' ? new ListSplitter(file.name, onText) : new LineSplitter(file.name, onText);
  const packed = fileChunks(descriptor, from, to, onBytes);
  for await (const chunk of unpackedChunks(compression, file.name, packed)) {
    splitter.push(chunk);
    if (isFull()) break;
  }
  return splitter.end();
}

/** Parses the rows of one slice. */
class RowParser {
  readonly #slice: number;
  readonly #handler: RowHandler;
  readonly #isFull: () => boolean;

  constructor(slice: number, handler: RowHandler, isFull: () => boolean) {
    this.#slice = slice;
    this.#handler = handler;
    this.#isFull = isFull;
  }

  readonly text: OnText = (bytes, start, end, row, wellFormed) => {
    if (this.#isFull()) return;
    const handler = this.#handler;
    const place = { slice: this.#slice, row };
    if (!wellFormed) {
      handler.onBad('bad_utf8', place, () => bytes.toString('utf8', start, end));
      return;
    }
    if (handler.onText?.(bytes, start, end, place) === true) return;
    // Many lines are ASCII. As Latin-1, which they also are, they are decoded several times faster.
    const line = bytes.toString(isAscii(bytes.subarray(start, end)) ? 'latin1' : 'utf8', start, end);
    const parsed = parseRow(line);
    if (parsed === undefined) handler.onBad('bad_json', place, () => line);
    else if (isObject(parsed.value)) handler.onRow(parsed.value, place, textOf(line, parsed.json));
    else handler.onBad('no_messages', place, () => line);
  };

  readonly parquet: OnParquetRow = (rows, index, row, rowGroup) => {
    if (this.#isFull()) return;
    const handler = this.#handler;
    const place = { slice: this.#slice, row, rowGroup };
    if (handler.onParquetRow?.(rows, index, place) === true) return;
    const value = rows.row(index);
    const found = plainRow(value);
    const text = (): string => rowText(value);
    if (holdsBadText(found)) handler.onBad('bad_utf8', place, text);
    else handler.onRow(found, place, { original: text, json: text, hasNonFinite: false });
  };
}

function textOf(line: string, json: string): RowText {
  return { original: () => line, json: () => json, hasNonFinite: json !== line };
}
