import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  parquetMetadataAsync,
  parquetReadObjects,
  type AsyncBuffer,
  type ColumnChunk,
  type FileMetaData,
  type ParquetParsers,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { HeadraceError, messageOf } from '../../../core/errors.js';
import { columnsOf } from '../../hub/resolve/parquet-footer.js';
import { writeAll } from '../../../files/file-writer.js';
import { readFully } from '../../../files/read-fully.js';
import { withInputFile, type ReadableFile } from './open-file.js';
import { pruneColumns, type ColumnChoice } from './parquet-columns.js';
import { TextBytes } from './text-bytes.js';
import { fileChunks, unpackedChunks } from './unpack.js';

/** An open parquet file: its footer, and a way to its bytes. */
export interface ParquetFile {
  readonly name: string;
  readonly bytes: AsyncBuffer;
  readonly metadata: FileMetaData;
}

/**
 * Opens a parquet file for `use`. A compressed one is first unpacked to `scratch`, because the footer is at
 * the end.
 *
 * @throws {HeadraceError} FormatError where it is not parquet, or damaged; as {@link withInputFile}.
 */
export async function withParquet<Result>(
  file: ReadableFile,
  scratch: string,
  use: (parquet: ParquetFile) => Result | Promise<Result>,
): Promise<Result> {
  const { compression } = file.kind;
  return withInputFile(file, async (descriptor) => {
    if (compression === 'none') return use(await openParquet(descriptor, file.name));
    const path = join(scratch, `${randomUUID()}.parquet`);
    const unpacked = openSync(path, 'wx+');
    try {
      const packed = fileChunks(descriptor, 0, file.sizeBytes, () => {});
      for await (const chunk of unpackedChunks(compression, file.name, packed)) writeAll(unpacked, chunk);
      return await use(await openParquet(unpacked, file.name));
    } finally {
      closeSync(unpacked);
      await rm(path, { force: true });
    }
  });
}

async function openParquet(descriptor: number, name: string): Promise<ParquetFile> {
  const byteLength = fstatSync(descriptor).size;
  const bytes: AsyncBuffer = {
    byteLength,
    slice(start, end = byteLength) {
      const block = Buffer.from(new ArrayBuffer(end - start));
      const read = readFully(descriptor, block, start);
      if (read < block.length) throw new Error(`unexpected end at byte ${start + read}`);
      return block.buffer;
    },
  };
  try {
    return { name, bytes, metadata: await parquetMetadataAsync(bytes, { geoparquet: false }) };
  } catch (error) {
    throw damaged(name, error);
  }
}

/** The column names of a parquet file; `undefined` of any other file. */
export async function parquetColumns(
  file: ReadableFile,
  scratch: string,
): Promise<readonly string[] | undefined> {
  if (file.kind.container !== 'parquet') return undefined;
  return withParquet(file, scratch, ({ metadata }) => columnsOf(metadata));
}

/** Compressed size of the columns of one row group, in bytes. */
export function compressedBytes(metadata: FileMetaData, rowGroup: number): number {
  const columns = metadata.row_groups[rowGroup]?.columns ?? [];
  return columns.reduce((sum, chunk) => sum + Number(chunk.meta_data?.total_compressed_size ?? 0), 0);
}

/** Size of each row group's columns before they were compressed, in bytes. */
export function unpackedBytes(metadata: FileMetaData): readonly number[] {
  const sizeOf = (chunk: ColumnChunk): number => Number(chunk.meta_data?.total_uncompressed_size ?? 0);
  return metadata.row_groups.map(({ columns }) => columns.reduce((sum, chunk) => sum + sizeOf(chunk), 0));
}

/**
 * Receives one row of a parquet file. Its texts are `TextBytes`.
 *
 * @param row - from 1, in the row groups that are read.
 */
export type OnValue = (value: Readonly<Record<string, unknown>>, row: number, rowGroup: number) => void;

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
 */
export async function readRowGroups(
  file: ParquetFile,
  { from, to, choice, maxRows, isFull, onBytes }: RowGroupsInput,
  onValue: OnValue,
): Promise<number> {
  const metadata = pruneColumns(file.metadata, choice);
  const columns = columnsOf(metadata);
  let row = 0;
  let bytes = 0;
  let firstRow = rowsIn(file.metadata, 0, from);
  for (let rowGroup = from; rowGroup < to && !isFull(); rowGroup += 1) {
    const rows = rowsIn(file.metadata, rowGroup, rowGroup + 1);
    const values = await readObjects(file, metadata, columns, firstRow, firstRow + Math.min(rows, maxRows));
    for (const value of values) {
      row += 1;
      onValue(value, row, rowGroup);
    }
    firstRow += rows;
    bytes += compressedBytes(metadata, rowGroup);
    onBytes(bytes);
  }
  return row;
}

/** Rows of the row groups `[from, to)`. */
function rowsIn(metadata: FileMetaData, from: number, to: number): number {
  return metadata.row_groups.slice(from, to).reduce((sum, rowGroup) => sum + Number(rowGroup.num_rows), 0);
}

async function readObjects(
  file: ParquetFile,
  metadata: FileMetaData,
  columns: string[],
  rowStart: number,
  rowEnd: number,
): Promise<Record<string, unknown>[]> {
  // hyparquet returns no rows where there are no columns.
  if (columns.length === 0) return Array.from({ length: rowEnd - rowStart }, () => ({}));
  try {
    return await parquetReadObjects({
      file: file.bytes,
      metadata,
      columns,
      rowStart,
      rowEnd,
      compressors,
      parsers,
      // Bytes that the schema does not call text, such as those of images, may be anything.
      utf8: false,
      geoparquet: false,
    });
  } catch (error) {
    throw damaged(file.name, error);
  }
}

function damaged(name: string, error: unknown): HeadraceError {
  return new HeadraceError('FormatError', `${name} cannot be read as parquet: ${messageOf(error)}`, {
    remedy: 'The file is damaged or incomplete. Fetch it again.',
    cause: error,
  });
}

/** Texts stay bytes: most of them are never decoded. A column of JSON is the text that it is. */
const textFromBytes = (bytes: Uint8Array | undefined): TextBytes | undefined => bytes && new TextBytes(bytes);
const parsers: Partial<ParquetParsers> = { stringFromBytes: textFromBytes, jsonFromBytes: textFromBytes };
