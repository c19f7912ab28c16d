import type { FileMetaData } from 'hyparquet';
import { readFully } from '../../../files/read-fully.js';
import { fileKindOf } from '../read/file-kind.js';
import type { FileSlice } from '../read/file-slice.js';
import { startsList } from '../read/json-list.js';
import { withInputFile, type InputFile } from '../read/open-file.js';
import { compressedBytes, withParquet } from '../read/parquet.js';
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
  files: readonly InputFile[],
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
  file: InputFile,
  { choice, pieceBytes, scratch }: CutOptions,
): Promise<readonly SizedSlice[]> {
  const { container, compression } = fileKindOf(file.name);
  if (container === 'parquet' && compression === 'none')
    return withParquet(file, scratch, ({ metadata }) =>
      cutRowGroups(index, pruneColumns(metadata, choice), pieceBytes),
    );
  return withInputFile(file, (descriptor) => {
    const isWhole = compression !== 'none' || (container === 'json' && isList(descriptor));
    const whole: SizedSlice = { slice: { kind: 'whole', file: index }, bytes: file.sizeBytes };
    return isWhole ? [whole] : cutLines(index, descriptor, file.sizeBytes, pieceBytes);
  });
}

/** Byte ranges that begin and end at line borders. A line longer than a piece makes a longer piece. */
function cutLines(file: number, descriptor: number, size: number, pieceBytes: number): readonly SizedSlice[] {
  const slices: SizedSlice[] = [];
  for (let from = 0; from < size;) {
    const to = from + pieceBytes >= size ? size : lineBorder(descriptor, from + pieceBytes, size);
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

/** Whether a `.json` file begins a list. One that begins with a block of white space counts as lines. */
function isList(descriptor: number): boolean {
  const block = Buffer.allocUnsafe(64 * 1024);
  const read = readFully(descriptor, block, 0);
  return startsList(block.subarray(0, read)) === true;
}
