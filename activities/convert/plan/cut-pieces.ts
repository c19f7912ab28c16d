import type { ByteRange } from '../../artifacts/store.js';
import type { FileSlice } from '../read/file-slice.js';
import type { Footer } from './read-footers.js';
import type { KnownInput } from './read-kinds.js';

/** The input of one piece. */
export interface CutPiece {
  readonly bytes: number;
  readonly slices: readonly FileSlice[];
  /** The bytes that each slice of row groups needs; none for other slices. Absent where there are none. */
  readonly reads?: readonly (readonly ByteRange[])[];
}

interface SizedSlice {
  readonly slice: FileSlice;
  readonly bytes: number;
  readonly reads: readonly ByteRange[];
}

/**
 * Cuts files into pieces of about `pieceBytes`: plain JSON Lines anywhere, as a slice of them owns the lines
 * that begin in it, and parquet at row group borders. Packed files and JSON lists, which can only be read
 * from their start, stay whole. Neighbouring small files share a piece.
 *
 * @param footers - of the plain parquet files among `files`, in their order.
 */
export function cutPieces(
  files: readonly KnownInput[],
  footers: readonly Footer[],
  pieceBytes: number,
): readonly CutPiece[] {
  const pieces: { bytes: number; slices: SizedSlice[] }[] = [];
  const nextFooter = footers.values();
  for (const [index, file] of files.entries()) {
    const footer = isPlainParquet(file) ? nextFooter.next().value : undefined;
    for (const slice of cutFile(index, file, footer, pieceBytes)) {
      const last = pieces.at(-1);
      if (last !== undefined && last.bytes + slice.bytes <= pieceBytes) {
        last.bytes += slice.bytes;
        last.slices.push(slice);
      } else pieces.push({ bytes: slice.bytes, slices: [slice] });
    }
  }
  return pieces.map(({ bytes, slices }) => ({
    bytes,
    slices: slices.map(({ slice }) => slice),
    ...(slices.some(({ reads }) => reads.length > 0) ? { reads: slices.map(({ reads }) => reads) } : {}),
  }));
}

/** Whether a file is cut at its row groups. */
export function isPlainParquet({ kind: { container, compression } }: KnownInput): boolean {
  return container === 'parquet' && compression === 'none';
}

function cutFile(
  index: number,
  { kind, sizeBytes }: KnownInput,
  footer: Footer | undefined,
  pieceBytes: number,
): readonly SizedSlice[] {
  if (footer !== undefined) return cutRowGroups(index, footer, pieceBytes);
  if (kind.container === 'lines' && kind.compression === 'none')
    return cutLines(index, sizeBytes, pieceBytes);
  return [{ slice: { kind: 'whole', file: index }, bytes: sizeBytes, reads: [] }];
}

function cutLines(file: number, sizeBytes: number, pieceBytes: number): readonly SizedSlice[] {
  const slices: SizedSlice[] = [];
  for (let from = 0; from < sizeBytes; from += pieceBytes) {
    const to = Math.min(sizeBytes, from + pieceBytes);
    slices.push({ slice: { kind: 'bytes', file, from, to }, bytes: to - from, reads: [] });
  }
  return slices;
}

function cutRowGroups(file: number, { range, rowGroups }: Footer, pieceBytes: number): readonly SizedSlice[] {
  const slices: SizedSlice[] = [];
  let [from, bytes] = [0, 0];
  const close = (to: number): void => {
    const columns = rowGroups.slice(from, to).flatMap(({ ranges }) => ranges);
    slices.push({ slice: { kind: 'rowGroups', file, from, to }, bytes, reads: [...columns, range] });
    [from, bytes] = [to, 0];
  };
  for (const [rowGroup, { bytes: size }] of rowGroups.entries()) {
    if (bytes > 0 && bytes + size > pieceBytes) close(rowGroup);
    bytes += size;
  }
  if (from < rowGroups.length) close(rowGroups.length);
  return slices;
}
