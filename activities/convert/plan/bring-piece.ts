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
  const parts = new Map<number, ReadPart>();
  const slices: FileSlice[] = [];
  for (const [at, planned] of piece.slices.entries()) {
    const part = parts.get(planned.file) ?? newPart(plan, planned.file, parts.size);
    parts.set(planned.file, part);
    const slice = await withBorders(store, part.file, { ...planned, file: part.position }, signal);
    slices.push(slice);
    addReads(part, slice, piece.reads?.[at]);
  }
  return await bringFiles(store, [...parts.values()], (files) => use({ files, slices }), signal);
}

/** A file of a piece, and the bytes of it that are read. */
interface ReadPart {
  readonly file: KnownInput;
  /** Of the file in the piece. */
  readonly position: number;
  /** `undefined`: all of it. */
  ranges: ByteRange[] | undefined;
}

function newPart(plan: ConversionPlanFile, number: number, position: number): ReadPart {
  const file = plan.files[number];
  if (file === undefined) throw new Error(`The plan has no file ${number}, which a slice names`);
  return { file: { ...sourceInput(plan.origin, file), kind: file.kind }, position, ranges: [] };
}

function addReads(part: ReadPart, slice: FileSlice, reads: readonly ByteRange[] = []): void {
  if (slice.kind === 'bytes') part.ranges?.push({ from: slice.from, to: slice.to });
  else if (reads.length > 0) part.ranges?.push(...reads);
  else part.ranges = undefined;
}

/** A slice of bytes of lines, moved to the borders of lines. */
async function withBorders(
  store: ArtifactStore,
  file: KnownInput,
  slice: FileSlice,
  signal: AbortSignal,
): Promise<FileSlice> {
  if (slice.kind !== 'bytes') return slice;
  const from = await lineBorder(store, file, slice.from, signal);
  const isLast = slice.to === file.sizeBytes;
  const to = isLast ? slice.to : await lineBorder(store, file, slice.to, signal);
  return { ...slice, from, to };
}
