import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { fileKindOf, kindBytes } from '../../activities/hub/resolve/file-kind.js';
import type { FileSlice } from '../../activities/convert/read/file-slice.js';
import type { ReadableFile } from '../../activities/convert/read/open-file.js';
import { parquetColumns } from '../../activities/convert/read/parquet.js';
import type { ColumnChoice } from '../../activities/convert/read/parquet-columns.js';
import { unpackedHead } from '../../activities/hub/resolve/unpack-head.js';
import type { InspectedFile } from '../../activities/hub/resolve/inspect-source.js';
import type { FileKind } from '../../core/container/file-kind.js';
import { HeadraceError } from '../../core/errors.js';
import { parquetHead } from './parquet-head.js';

/** The head of a file on the disk, in a form that conversion reads like the whole file. */
export interface HeadFile {
  /** What the whole file holds. */
  readonly kind: FileKind;
  readonly input: ReadableFile;
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
 * of text its first `bytes`; of a packed parquet file that is there the whole file.
 *
 * @param scratch - a folder for what is fetched.
 * @throws {HeadraceError} FormatError; the errors of reading from the Hub.
 */
export async function headOf(
  store: ArtifactStore,
  inspected: InspectedFile,
  scratch: string,
  bytes: number,
): Promise<HeadFile> {
  const { file, isWhole, wanted, read } = inspected;
  const { path: name, sizeBytes } = file;
  const start = await read({ start: 0, end: Math.min(kindBytes, sizeBytes) });
  const kind = fileKindOf({ name, sizeBytes }, start);
  const isPacked = kind.compression !== 'none';
  if (kind.container !== 'parquet') return textHead(inspected, kind, start, scratch, bytes);
  if (!isPacked) return parquetHead(file, read, scratch);
  if (!isWhole)
    throw new HeadraceError(
      'FormatError',
      `${name} is packed parquet: its footer can only be read when the whole file is unpacked, so there is no preview`,
    );
  const path = join(scratch, `${randomUUID()}.packed`);
  await store.bring([wanted], ([from = '']) => copyFile(from, path, constants.COPYFILE_FICLONE));
  const input = { path, name, sizeBytes, kind };
  return { ...whole(kind, input), columns: (await parquetColumns(input, scratch)) ?? [] };
}

function whole(kind: FileKind, input: ReadableFile): HeadFile {
  const slice = { kind: 'whole', file: 0 } as const;
  return { kind, input, slice, isCut: false, unpackedPerByte: 1, fetch: () => Promise.resolve() };
}

/** @param start - the file's first bytes. */
async function textHead(
  { file: { path: name, sizeBytes }, read }: InspectedFile,
  kind: FileKind,
  start: Buffer,
  scratch: string,
  bytes: number,
): Promise<HeadFile> {
  const end = Math.min(bytes, sizeBytes);
  const isCut = end < sizeBytes;
  const rest = end > start.length ? await read({ start: start.length, end }) : Buffer.alloc(0);
  const packed = Buffer.concat([start, rest]);
  const { compression, container } = kind;
  const head = compression === 'none' ? packed : unpackedHead(compression, name, packed, isCut);
  const text = isCut && container === 'lines' ? head.subarray(0, head.lastIndexOf(0x0a) + 1) : head;
  const path = join(scratch, `${randomUUID()}.head`);
  await writeFile(path, text);
  const unpacked = { container, compression: 'none' } as const;
  const input = { path, name, sizeBytes: text.length, kind: unpacked };
  return { ...whole(kind, input), isCut, unpackedPerByte: head.length / end };
}
