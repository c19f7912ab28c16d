import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { Decompress } from 'fzstd';
import { fileKindOf, type Compression } from '../../activities/convert/read/file-kind.js';
import type { FileSlice } from '../../activities/convert/read/file-slice.js';
import { startsList } from '../../activities/convert/read/json-list.js';
import type { InputFile } from '../../activities/convert/read/open-file.js';
import { parquetColumns } from '../../activities/convert/read/parquet.js';
import type { ColumnChoice } from '../../activities/convert/read/parquet-columns.js';
import { cannotUnpack } from '../../activities/convert/read/unpack.js';
import type { InspectedFile } from '../../activities/hub/resolve/inspect-source.js';
import { HeadraceError } from '../../core/errors.js';
import { parquetHead } from './parquet-head.js';

/** The head of a file on the disk, in a form that conversion reads like the whole file. */
export interface HeadFile {
  readonly input: InputFile;
  /** The slice of the input to read. The input is file 0. */
  readonly slice: FileSlice;
  /** Whether text is missing at the end: the last element of a JSON list may be incomplete. */
  readonly isCut: boolean;
  /** Column names, of parquet only. */
  readonly columns?: readonly string[];
  /** Rows of the whole file, of parquet with a footer in reach. */
  readonly rows?: number;
  /** Bytes of text in a byte of the file: 1 where it is not packed. */
  readonly unpackedPerByte: number;
  /** Fetches the bytes that reading these columns needs. */
  readonly fetch: (choice: ColumnChoice) => Promise<void>;
}

/**
 * The head of a file. Of parquet it is the footer, and of the first row group the requested columns;
 * of text its first `bytes`; of a plain or packed parquet file on the disk the whole file.
 *
 * @param scratch - a folder for what is fetched.
 * @throws {HeadraceError} FormatError; the errors of reading from the Hub.
 */
export async function headOf(inspected: InspectedFile, scratch: string, bytes: number): Promise<HeadFile> {
  const { file, path, read } = inspected;
  const { container, compression } = fileKindOf(file.path);
  const isPacked = compression !== 'none';
  if (container !== 'parquet')
    return path === undefined || isPacked
      ? textHead(inspected, scratch, bytes)
      : whole({ path, name: file.path, sizeBytes: file.sizeBytes });
  if (!isPacked) return parquetHead(file, read, scratch);
  if (path === undefined)
    throw new HeadraceError(
      'FormatError',
      `${file.path} is packed parquet: its footer can only be read when the whole file is unpacked, so there is no preview`,
    );
  const input = { path, name: file.path, sizeBytes: file.sizeBytes };
  return { ...whole(input), columns: (await parquetColumns(input, scratch)) ?? [] };
}

function whole(input: InputFile): HeadFile {
  return {
    input,
    slice: { kind: 'whole', file: 0 },
    isCut: false,
    unpackedPerByte: 1,
    fetch: () => Promise.resolve(),
  };
}

async function textHead({ file, read }: InspectedFile, scratch: string, bytes: number): Promise<HeadFile> {
  const { container, compression } = fileKindOf(file.path);
  const end = Math.min(bytes, file.sizeBytes);
  const isCut = end < file.sizeBytes;
  const head = unpack(file.path, await read({ start: 0, end }), compression, isCut);
  const isLines = container === 'lines' || startsList(head) !== true;
  const text = isCut && isLines ? head.subarray(0, head.lastIndexOf(0x0a) + 1) : head;
  const name = file.path.replace(/\.(gz|zst|zstd)$/i, '');
  const path = join(scratch, `${randomUUID()}.head`);
  await writeFile(path, text);
  const unpackedPerByte = head.length / end;
  return { ...whole({ path, name, sizeBytes: text.length }), isCut, unpackedPerByte };
}

/** Of a stream that is cut, the bytes that are complete so far. */
function unpack(name: string, bytes: Buffer, compression: Compression, isCut: boolean): Buffer {
  try {
    switch (compression) {
      case 'none':
        return bytes;
      case 'gzip':
        return gunzipSync(bytes, isCut ? { finishFlush: constants.Z_SYNC_FLUSH } : {});
      case 'zstd': {
        const blocks: Uint8Array[] = [];
        new Decompress((block) => void blocks.push(Buffer.from(block))).push(bytes, !isCut);
        return Buffer.concat(blocks);
      }
    }
  } catch (error) {
    throw cannotUnpack(name, error);
  }
}
