import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetMetadataAsync, type AsyncBuffer, type ColumnChunk, type FileMetaData } from 'hyparquet';
import { HeadraceError, messageOf } from '../../../core/errors.js';
import { columnsOf } from '../../hub/resolve/parquet-footer.js';
import { writeAll } from '../../../files/file-writer.js';
import { readFully } from '../../../files/read-fully.js';
import { withInputFile, type ReadableFile } from './open-file.js';
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

/** The error of a file that cannot be read. */
export function damaged(name: string, error: unknown): HeadraceError {
  return new HeadraceError('FormatError', `${name} cannot be read as parquet: ${messageOf(error)}`, {
    remedy: 'The file is damaged or incomplete. Fetch it again.',
    cause: error,
  });
}
