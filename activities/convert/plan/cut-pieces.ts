import type { FileMetaData } from 'hyparquet';
import { readFully } from '../../../files/read-fully.js';
import type { FileSlice } from '../read/file-slice.js';
import { withInputFile, type ReadableFile } from '../read/open-file.js';
import { compressedBytes, unpackedBytes, withParquet } from '../read/parquet.js';
import { checkRowGroups, maxRowBytes, rowTooLong } from '../read/row-limits.js';
import { pruneColumns, type ColumnChoice } from '../read/parquet-columns.js';

/** The input of one piece. */
export interface CutPiece {
  readonly bytes: number;
  readonly slices: readonly FileSlice[];
}

/** Options of {@link cutPieces}. */
export interface CutOptions {
  /** The columns of parquet files whose sizes count. */
  readonly choice: ColumnChoice;
  readonly pieceBytes: number;
  readonly scratch: string;
}

interface SizedSlice {
  readonly slice: FileSlice;
  readonly bytes: number;
}

/**
 * Cuts files into pieces of about `pieceBytes`: plain JSON Lines at line borders, parquet at row group
 * borders. Packed files and JSON lists, which can only be read from their start, stay whole. Neighbouring
 * small files share a piece.
 */
export async function cutPieces(
  files: readonly ReadableFile[],
  options: CutOptions,
): Promise<readonly CutPiece[]> {
  const pieces: { bytes: number; slices: FileSlice[] }[] = [];
  for (const [index, file] of files.entries())
    for (const { slice, bytes } of await cutFile(index, file, options)) {
      const last = pieces.at(-1);
      if (last !== undefined && last.bytes + bytes <= options.pieceBytes) {
        last.bytes += bytes;
        last.slices.push(slice);
      } else pieces.push({ bytes, slices: [slice] });
    }
  return pieces;
}

async function cutFile(
  index: number,
  file: ReadableFile,
  { choice, pieceBytes, scratch }: CutOptions,
): Promise<readonly SizedSlice[]> {
  const { container, compression } = file.kind;
  if (container === 'parquet' && compression === 'none')
    return withParquet(file, scratch, ({ metadata }) => {
      const read = pruneColumns(metadata, choice);
      checkRowGroups(file.name, unpackedBytes(read));
      return cutRowGroups(index, read, pieceBytes);
    });
  if (container !== 'lines' || compression !== 'none')
    return [{ slice: { kind: 'whole', file: index }, bytes: file.sizeBytes }];
  return withInputFile(file, (descriptor) => cutLines(index, file, descriptor, pieceBytes));
}

/** Byte ranges that begin and end at line borders. A line longer than a piece makes a longer piece. */
function cutLines(
  file: number,
  { name, sizeBytes: size }: ReadableFile,
  descriptor: number,
  pieceBytes: number,
): readonly SizedSlice[] {
  const slices: SizedSlice[] = [];
  for (let from = 0; from < size;) {
    const to = from + pieceBytes >= size ? size : lineBorder(descriptor, from + pieceBytes, size);
    if (to - from - pieceBytes > maxRowBytes) throw rowTooLong(name, `a line behind byte ${from}`);
    slices.push({ slice: { kind: 'bytes', file, from, to }, bytes: to - from });
    from = to;
  }
  return slices;
}

/** The first position at or after `from` where a line begins, or the file's end. */
function lineBorder(descriptor: number, from: number, size: number): number {
  const block = Buffer.allocUnsafe(64 * 1024);
  for (let at = from - 1; at < size;) {
    const read = readFully(descriptor, block, at);
    if (read === 0) break;
    const newline = block.subarray(0, read).indexOf(0x0a);
    if (newline !== -1) return at + newline + 1;
    at += read;
  }
  return size;
}

function cutRowGroups(file: number, metadata: FileMetaData, pieceBytes: number): readonly SizedSlice[] {
  const slices: SizedSlice[] = [];
  let [from, bytes] = [0, 0];
  for (let rowGroup = 0; rowGroup < metadata.row_groups.length; rowGroup += 1) {
    const size = compressedBytes(metadata, rowGroup);
    if (bytes > 0 && bytes + size > pieceBytes) {
      slices.push({ slice: { kind: 'rowGroups', file, from, to: rowGroup }, bytes });
      [from, bytes] = [rowGroup, 0];
    }
    bytes += size;
  }
  const to = metadata.row_groups.length;
  if (from < to) slices.push({ slice: { kind: 'rowGroups', file, from, to }, bytes });
  return slices;
}
