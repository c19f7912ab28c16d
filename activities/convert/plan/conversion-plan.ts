import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { isGrouped } from '../../../core/convert/layout.js';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { SourceFile } from '../../../core/contracts/source.js';
import { sourceFormats } from '../../../core/recipe.js';
import { ResolutionMeta, localPathOf } from '../../hub/resolve/resolution.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { displayNames } from './display-names.js';
import type { InputFile } from '../read/open-file.js';

const count = z.int().min(0);
const Part = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('whole') }),
  z.object({ kind: z.literal('bytes'), from: count, to: count }),
  z.object({ kind: z.literal('groups'), from: count, to: count }),
]);

/** A part of one file that is read in one go. */
const Segment = z.object({
  /** Position in the plan's `files`. */
  file: count,
  part: Part,
});
export type Segment = z.infer<typeof Segment>;

const Piece = z.object({
  /** Of the `piece` artifact, or in a grouped format of the `scatter` artifact. */
  key: z.string(),
  /** What is read, in bytes. */
  bytes: count,
  /** The plan numbers the segments of all its pieces through; this is the number of the piece's first. */
  firstSegment: count,
  segments: z.array(Segment),
});
export type Piece = z.infer<typeof Piece>;

const Scalar = z.union([z.string(), z.number(), z.boolean()]);
const Rules = z.object({
  layout: z.object({ format: z.enum(sourceFormats), columns: z.record(z.string(), z.string()) }),
  roles: z.record(z.string(), z.enum(['user', 'assistant', 'system'])).exactOptional(),
  filter: z
    .record(
      z.string(),
      z.union([
        Scalar,
        z.array(Scalar),
        z.strictObject({ matches: z.string() }),
        z.strictObject({ min: z.number().optional(), max: z.number().optional() }),
      ]),
    )
    .exactOptional(),
});

/** `plan.json` of a `conversion` artifact: how one source is cut into pieces, and how they are converted. */
export const ConversionPlanFile = z.object({
  source: z.string(),
  formatReason: z.string(),
  rules: Rules,
  seed: count,
  origin: ResolutionMeta,
  files: z.array(SourceFile),
  /** Paths of zero-byte files, which are skipped. */
  emptyFiles: z.array(z.string()),
  pieces: z.array(Piece),
  /** Grouped formats: keys of the `piece` artifacts, one a partition. Else empty. */
  dialoguePartitions: z.array(z.string()),
});
export type ConversionPlanFile = z.infer<typeof ConversionPlanFile>;

export const planName = 'plan.json';

/** @throws {HeadraceError} ArtifactMissingError. */
export async function readConversionPlan(
  store: ArtifactStore,
  ref: ArtifactRef,
): Promise<ConversionPlanFile> {
  const artifact = await store.get(ref);
  return ConversionPlanFile.parse(JSON.parse(await readFile(artifact.path(planName), 'utf8')));
}

/** The artifacts that hold the source's conversations, in plan order, with the number of their first segment. */
export function convertedPieces(
  plan: ConversionPlanFile,
): readonly { readonly ref: ArtifactRef; readonly firstSegment: number }[] {
  if (isGrouped(plan.rules.layout.format))
    return plan.dialoguePartitions.map((key) => ({ ref: { kind: 'piece', key }, firstSegment: 0 }));
  return plan.pieces.map(({ key, firstSegment }) => ({ ref: { kind: 'piece', key }, firstSegment }));
}

/** What results call the plan's files, and then its empty ones. */
export function fileNames(plan: ConversionPlanFile): {
  readonly files: readonly string[];
  readonly emptyFiles: readonly string[];
} {
  const paths = [...plan.files.map(({ path }) => path), ...plan.emptyFiles];
  const names = plan.origin.kind === 'local' ? displayNames(paths) : paths;
  return { files: names.slice(0, plan.files.length), emptyFiles: names.slice(plan.files.length) };
}

/** The plan's files as threads open them. */
export function inputFiles(store: ArtifactStore, plan: ConversionPlanFile): readonly InputFile[] {
  return plan.files.map((file) => ({
    path: localPathOf(store, plan.origin, file),
    name: file.path,
    sizeBytes: file.sizeBytes,
    mtimeNs: file.mtimeNs,
  }));
}
