import type { ArtifactStore, ByteRange } from '../../artifacts/store.js';
import type { FileSlice } from '../read/file-slice.js';
import type { ReadableFile } from '../read/open-file.js';
import type { ConversionPlanFile, Piece } from './conversion-plan.js';
import { bringFiles, sourceInput } from './input-file.js';
import { lineBorder } from './line-border.js';
import type { KnownInput } from './read-kinds.js';

/** The files and slices of a piece, for a job. A slice names its file by the position in `files`. */
export interface LocalPiece {
  readonly files: readonly ReadableFile[];
  readonly slices: readonly FileSlice[];
}

/**
 * Makes local what a piece reads, and calls `use` with it. It has only the files of the piece: a source may
 * have thousands. Of plain JSON Lines it has the lines that begin in its slices.
 *
 * @throws {HeadraceError} FormatError for a line that is too long; as `store.bring`.
 */
export async function bringPiece<Result>(
  store: ArtifactStore,
  plan: ConversionPlanFile,
  piece: Piece,
  use: (local: LocalPiece) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const numbers = [...new Set(piece.slices.map(({ file }) => file))];
  const files = numbers.flatMap((number): KnownInput[] => {
    const file = plan.files[number];
    return file === undefined ? [] : [{ ...sourceInput(plan.origin, file), kind: file.kind }];
  });
  const slices: FileSlice[] = [];
  for (const slice of piece.slices)
    slices.push(await withBorders(store, files, { ...slice, file: numbers.indexOf(slice.file) }, signal));
  const parts = files.map((file, number) => {
    const ranges = slices.map((slice, at) =>
      slice.file === number ? readsOf(slice, piece.reads?.[at]) : [],
    );
    return ranges.includes(undefined) ? { file } : { file, ranges: ranges.flatMap((each) => each ?? []) };
  });
  return await bringFiles(store, parts, (local) => use({ files: local, slices }), signal);
}

/** A slice of bytes of lines, moved to the borders of lines. */
async function withBorders(
  store: ArtifactStore,
  files: readonly KnownInput[],
  slice: FileSlice,
  signal: AbortSignal,
): Promise<FileSlice> {
  const file = files[slice.file];
  if (slice.kind !== 'bytes' || file === undefined) return slice;
  const [from, to] = [
    await lineBorder(store, file, slice.from, signal),
    slice.to === file.sizeBytes ? slice.to : await lineBorder(store, file, slice.to, signal),
  ];
  return { ...slice, from, to };
}

/** The bytes that a slice needs; `undefined`: all of the file. */
function readsOf(slice: FileSlice, reads: readonly ByteRange[] = []): readonly ByteRange[] | undefined {
  if (slice.kind === 'bytes') return slice.from < slice.to ? [{ from: slice.from, to: slice.to }] : [];
  return reads.length === 0 ? undefined : reads;
}
