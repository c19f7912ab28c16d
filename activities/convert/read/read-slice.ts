import { closeSync, fstatSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileKindOf, type FileKind } from './file-kind.js';
import { writeAll } from '../../../files/file-writer.js';
import { fileChunks, unpackedChunks } from './unpack.js';
import { createJsonSplitter } from './json-splitter.js';
import { createLineSplitter } from './lines.js';
import { withInputFile, type InputFile } from './open-file.js';
import { openParquet, readRowGroups, type ParquetFile } from './parquet.js';
import type { ColumnChoice } from './parquet-columns.js';
import type { RowSink } from './row-sink.js';

/** What part of a file a segment is: plain JSON lines by bytes, plain parquet by row groups, anything else whole. */
export type Part =
  | { readonly kind: 'whole' }
  | { readonly kind: 'bytes'; readonly from: number; readonly to: number }
  | { readonly kind: 'groups'; readonly from: number; readonly to: number };

export interface ReadOptions {
  readonly choice: ColumnChoice;
  /** A folder for what has to be unpacked before it can be read; left as it was found. */
  readonly scratch: string;
  /** Told how many bytes of the segment were read so far. */
  readonly onBytes: (done: number) => void;
  /** Of parquet, at most so many rows of each group. */
  readonly maxRows?: number;
}

/**
 * Reads one segment of a file into a sink, in bounded memory. Returns its rows; of JSON lines, its lines.
 *
 * @throws {HeadraceError} FileChangedError, FileNotFoundError, ArtifactMissingError, FormatError.
 */
export async function readSegment(
  file: InputFile,
  part: Part,
  sink: RowSink,
  options: ReadOptions,
): Promise<number> {
  const kind = fileKindOf(file.name);
  return withInputFile(file, (descriptor) =>
    kind.container === 'parquet'
      ? withParquet(descriptor, file, kind, options, (parquet) => {
          const range = part.kind === 'groups' ? part : { from: 0, to: parquet.metadata.row_groups.length };
          return readRowGroups(parquet, range, options.choice, sink, options.onBytes, options.maxRows);
        })
      : readText(descriptor, file, kind, part, sink, options.onBytes),
  );
}

async function readText(
  descriptor: number,
  file: InputFile,
  kind: FileKind,
  part: Part,
  sink: RowSink,
  onBytes: (done: number) => void,
): Promise<number> {
  const [from, to] = part.kind === 'bytes' ? [part.from, part.to] : [0, file.sizeBytes];
  // A byte range was cut on line borders, so whatever the file is called, it is lines.
  const splitter =
    kind.container === 'json' && part.kind === 'whole'
      ? createJsonSplitter(sink)
      : createLineSplitter(sink, from === 0);
  const packed = fileChunks(descriptor, from, to, onBytes);
  if (kind.compression === 'none') {
    for (const chunk of packed) {
      splitter.push(chunk);
      if (sink.full) break;
    }
  } else {
    for await (const chunk of unpackedChunks(kind.compression, file.name, packed)) {
      splitter.push(chunk);
      if (sink.full) break;
    }
  }
  return splitter.end();
}

/** Opens the parquet file; a packed one is unpacked to disk first, as its footer comes last. */
export async function withParquet<Result>(
  descriptor: number,
  file: InputFile,
  kind: FileKind,
  options: { readonly scratch: string },
  use: (parquet: ParquetFile) => Promise<Result>,
): Promise<Result> {
  if (kind.compression === 'none') return use(await openParquet(descriptor, file.name));
  const aside = join(options.scratch, `${randomUUID()}.parquet`);
  const unpacked = openSync(aside, 'wx+');
  try {
    const packed = fileChunks(descriptor, 0, fstatSync(descriptor).size, () => {});
    for await (const chunk of unpackedChunks(kind.compression, file.name, packed)) writeAll(unpacked, chunk);
    return await use(await openParquet(unpacked, file.name));
  } finally {
    closeSync(unpacked);
    await rm(aside, { force: true });
  }
}
