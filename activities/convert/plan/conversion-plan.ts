import { z } from 'zod';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { FileKind } from '../../../core/container/file-kind.js';
import { SourceFile } from '../../../core/contracts/source.js';
import { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { readJson } from '../../artifacts/read-json.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { ResolutionMeta } from '../../hub/resolve/resolution.js';
import { FileSlice } from '../read/file-slice.js';
import { displayNames } from './display-names.js';

/**
 * Version of the code that plans, converts and counts, and part of the keys of its artifacts: raise it when
 * the same inputs would give other bytes.
 */
export const conversionVersion = 4;

const count = z.int().min(0);

/** `piece`: converted conversations. `scatter`: rows of dialogues, not grouped yet. */
export const PieceRef = z.object({ kind: z.enum(['piece', 'scatter']), key: z.string() }).readonly();
export type PieceRef = z.infer<typeof PieceRef>;

/** The input of one job, and the artifact that the job makes. */
export const Piece = z
  .object({
    ref: PieceRef,
    /** Bytes of input. */
    bytes: count,
    /**
     * Number of the piece's first slice. A plan numbers the slices of all its pieces consecutively, from 0.
     */
    firstSlice: count,
    slices: z.array(FileSlice).readonly(),
    /** The bytes that each slice of row groups needs; none for other slices. Absent where there are none. */
    reads: z
      .array(z.array(z.object({ from: count, to: count }).readonly()).readonly())
      .readonly()
      .exactOptional(),
  })
  .readonly();
export type Piece = z.infer<typeof Piece>;

/** A file of the source, and what it holds. */
const PlannedFile = SourceFile.unwrap().extend({ kind: FileKind }).readonly();
export type PlannedFile = z.infer<typeof PlannedFile>;

/** `plan.json` of a `conversion` artifact: how one source is cut into pieces, and how they are converted. */
export const ConversionPlanFile = z
  .object({
    source: z.string(),
    formatReason: z.string(),
    rules: ConversionRules,
    seed: count,
    origin: ResolutionMeta,
    files: z.array(PlannedFile).readonly(),
    /** Paths of zero-byte files, which are skipped. */
    emptyFiles: z.array(z.string()).readonly(),
    /** The job that converts a piece. */
    pieceJob: z.enum(['convertPiece', 'scatterPiece']),
    pieces: z.array(Piece).readonly(),
    /** The artifacts that scattered rows are grouped into; empty where a row is a conversation. */
    dialoguePartitions: z.array(PieceRef).readonly(),
  })
  .readonly();
export type ConversionPlanFile = z.infer<typeof ConversionPlanFile>;

export const planName = 'plan.json';

/**
 * The plan of a source.
 *
 * @throws {HeadraceError} ArtifactMissingError.
 */
export async function readConversionPlan(
  store: ArtifactStore,
  ref: ArtifactRef,
): Promise<ConversionPlanFile> {
  return await readJson(store, await store.get(ref), planName, ConversionPlanFile);
}

/** An artifact of a plan, with the plan's number of its slice 0. */
export interface PlannedArtifact {
  readonly ref: PieceRef;
  readonly firstSlice: number;
}

/** All artifacts of a plan, in plan order. */
export function plannedArtifacts(plan: ConversionPlanFile): readonly PlannedArtifact[] {
  // A dialogue can have rows in all pieces, so partitions number slices as the plan does.
  return [...plan.pieces, ...plan.dialoguePartitions.map((ref) => ({ ref, firstSlice: 0 }))];
}

/** The artifacts that hold the source's conversations, in plan order. */
export function convertedPieces(plan: ConversionPlanFile): readonly PlannedArtifact[] {
  return plannedArtifacts(plan).filter(({ ref }) => ref.kind === 'piece');
}

/** The names of the plan's files in results, and those of its empty files. */
export function fileNames(plan: ConversionPlanFile): {
  readonly files: readonly string[];
  readonly emptyFiles: readonly string[];
} {
  const paths = [...plan.files.map(({ path }) => path), ...plan.emptyFiles];
  const names = plan.origin.kind === 'hub' ? paths : displayNames(paths);
  return { files: names.slice(0, plan.files.length), emptyFiles: names.slice(plan.files.length) };
}

/** The plan's files with their names in results. */
export function namedFiles(
  plan: ConversionPlanFile,
): readonly { readonly name: string; readonly kind: FileKind }[] {
  const { files } = fileNames(plan);
  return plan.files.map(({ kind }, index) => ({ name: files[index] ?? '', kind }));
}
