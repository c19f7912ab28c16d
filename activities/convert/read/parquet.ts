import { fstatSync, readSync } from 'node:fs';
import {
  parquetMetadataAsync,
  parquetReadObjects,
  type AsyncBuffer,
  type FileMetaData,
  type ParquetParsers,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { HeadraceError, messageOf } from '../../../core/errors.js';
import { pruneColumns, type ColumnChoice } from './parquet-columns.js';
import type { RowSink } from './row-sink.js';
import { decoded, TextBytes } from './text-bytes.js';

/** An open parquet file: its footer, and a way to its bytes. */
export interface ParquetFile {
  readonly name: string;
  readonly bytes: AsyncBuffer;
  readonly metadata: FileMetaData;
}

/** @throws {HeadraceError} FormatError where it is no parquet file, or a damaged one. */
export async function openParquet(descriptor: number, name: string): Promise<ParquetFile> {
  const byteLength = fstatSync(descriptor).size;
  const bytes: AsyncBuffer = {
    byteLength,
    slice(start, end = byteLength) {
      const block = Buffer.from(new ArrayBuffer(end - start));
      for (let at = 0; at < block.length;) {
        const read = readSync(descriptor, block, at, block.length - at, start + at);
        if (read === 0) throw new Error(`unexpected end at byte ${start + at}`);
        at += read;
      }
      return block.buffer;
    },
  };
  try {
    return { name, bytes, metadata: await parquetMetadataAsync(bytes, { geoparquet: false }) };
  } catch (error) {
    throw damaged(name, error);
  }
}

export function parquetColumns(file: ParquetFile): readonly string[] {
  const names = new Set<string>();
  for (const group of file.metadata.row_groups)
    for (const chunk of group.columns) names.add(chunk.meta_data?.path_in_schema[0] ?? '');
  return [...names];
}

/** Rows of the groups `[from, to)`; `firstRow` counts the rows before them. */
export interface GroupRange {
  readonly from: number;
  /** exclusive */
  readonly to: number;
}

/**
 * Reads row groups, one at a time and only the columns chosen. Memory: one row group.
 *
 * @param onBytes - told how many compressed bytes of the chosen columns are done.
 * @returns the rows read.
 */
export async function readRowGroups(
  file: ParquetFile,
  range: GroupRange,
  choice: ColumnChoice,
  sink: RowSink,
  onBytes: (done: number) => void,
  maxRows: number = Infinity,
): Promise<number> {
  const metadata = pruneColumns(file.metadata, choice);
  const columns = [...new Set(metadata.schema.length > 1 ? topLevelColumns(metadata) : [])];
  let row = 0;
  let bytes = 0;
  let rowStart = rowsOf(file, { from: 0, to: range.from });
  for (let group = range.from; group < range.to && !sink.full; group += 1) {
    const rows = Math.min(rowsOf(file, { from: group, to: group + 1 }), maxRows);
    const values = await readObjects(file, metadata, columns, rowStart, rowStart + rows);
    for (const value of values) {
      row += 1;
      for (const column of choice.plain)
        if (column in value) value[column] = plainJson(decoded(value[column]));
      if (!sink.full) sink.value(value, row, group);
    }
    bytes += compressedBytes(metadata, group);
    rowStart += rowsOf(file, { from: group, to: group + 1 });
    onBytes(bytes);
  }
  return row;
}

/** Rows in the groups of a range. */
export function rowsOf(file: ParquetFile, range: GroupRange): number {
  return file.metadata.row_groups
    .slice(range.from, range.to)
    .reduce((sum, group) => sum + Number(group.num_rows), 0);
}

/** Compressed size of one row group, in bytes. */
export function compressedBytes(metadata: FileMetaData, group: number): number {
  const columns = metadata.row_groups[group]?.columns ?? [];
  return columns.reduce((sum, chunk) => sum + Number(chunk.meta_data?.total_compressed_size ?? 0), 0);
}

function topLevelColumns(metadata: FileMetaData): readonly string[] {
  return metadata.row_groups.flatMap((group) =>
    group.columns.map((chunk) => chunk.meta_data?.path_in_schema[0] ?? ''),
  );
}

async function readObjects(
  file: ParquetFile,
  metadata: FileMetaData,
  columns: string[],
  rowStart: number,
  rowEnd: number,
): Promise<Record<string, unknown>[]> {
  // A file without any of the chosen columns has rows all the same; the reader would make none.
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
      geoparquet: false,
    });
  } catch (error) {
    throw damaged(file.name, error);
  }
}

function damaged(name: string, error: unknown): HeadraceError {
  return new HeadraceError('FormatError', `${name} cannot be read as parquet: ${messageOf(error)}`, {
    remedy: 'The file is damaged or no parquet file; get it again, or name it by what it is.',
    cause: error,
  });
}

/** Texts stay bytes: most of them are never decoded. */
const parsers: Partial<ParquetParsers> = {
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && new TextBytes(bytes),
  jsonFromBytes: (bytes: Uint8Array | undefined) => {
    const text = bytes && new TextBytes(bytes).text();
    if (typeof text !== 'string') return text;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  },
};

/** A parquet value as the JSON of the same row would have it: integers as numbers, times as ISO 8601 text. */
function plainJson(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(plainJson);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plainJson(member)]));
}
