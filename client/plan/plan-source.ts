import { createConvertActivities } from '../../activities/convert/index.js';
import type { ConvertActivities } from '../../activities/convert/index.js';
import { readConversionPlan } from '../../activities/convert/plan/conversion-plan.js';
import { explainPieces } from '../../activities/convert/plan/explain-pieces.js';
import {
  inspectSource,
  storeInspection,
  type SourceInspection,
} from '../../activities/hub/resolve/inspect-source.js';
import { lockPlace } from '../../activities/hub/resolve/lock-place.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import { detectionSampleRows } from '../../core/convert/detect-format.js';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import { formatCount } from '../../core/format.js';
import type { Source } from '../../core/recipe.js';
import type { SourceSample } from '../cost/estimate.js';
import type { LocalWork } from '../local-work.js';
import type { HeadFindings } from '../preview/head-findings.js';
import { previewSource, type SourcePreview } from '../preview/preview-source.js';
import { placesOf } from '../recipe/result-places.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';

interface Amount {
  readonly files: number;
  readonly bytes: number;
}

/** What a run would do with one source. */
export interface SourcePlan {
  readonly name: string;
  readonly dataset?: string;
  readonly commit?: string;
  readonly download: Amount;
  /** Bytes of unfinished downloads, which a run resumes. */
  readonly resumeBytes: number;
  /** Files that are on disk. */
  readonly reuse: Amount;
  /** `null` where files are missing: pieces are known once all files are on disk. */
  readonly convert: { readonly pieces: number; readonly reusedPieces: number } | null;
  readonly files: readonly PlannedFile[];
  readonly pieces: readonly PlannedPiece[];
  readonly notes: readonly string[];
  /** What its first rows show; `null` where they could not be read, which is in `notes`. */
  readonly head: HeadFindings | null;
}

export interface PlannedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly haveBytes: number;
}

interface PlannedPiece {
  readonly label: string;
  readonly bytes: number;
  /** True where the store has it converted. */
  readonly isThere: boolean;
  /** Why it is reused, or has to be converted. */
  readonly reason: string;
}

/** What a run would do with one source, and its first conversations. */
export interface PlannedSource {
  readonly plan: SourcePlan;
  /** `null` where its first rows could not be read. */
  readonly sample: SourceSample | null;
}

export interface Planner {
  readonly local: LocalWork;
  readonly convert: ConvertActivities;
  readonly recipe: ResolvedRecipe;
  readonly updateLock: boolean;
}

export function createPlanner(local: LocalWork, recipe: ResolvedRecipe, updateLock: boolean): Planner {
  const convert = createConvertActivities({ store: local.store, threads: local.hub.threads });
  return { local, convert, recipe, updateLock };
}

/**
 * Plans one source without downloading it; only the head of its first file is read. `updateLock` updates its
 * lock.
 *
 * @throws {HeadraceError} as resolving does.
 */
export async function planSource(planner: Planner, source: Source): Promise<PlannedSource> {
  const { hub, work } = planner.local;
  const input = { source, ...placesOf(planner.recipe), updateLock: planner.updateLock };
  const inspection = await inspectSource(hub, input, work);
  const { dataset, commitSha, files, notes, entry } = inspection;
  if (planner.updateLock && entry !== undefined)
    await lockPlace(hub.store, input.out).enter(source.name, entry, work.signal);
  const onDisk = files.filter(({ isWhole }) => isWhole);
  const missing = files.filter(({ isWhole }) => !isWhole);
  const resumeBytes = missing.reduce((sum, { haveBytes }) => sum + haveBytes, 0);
  const planned =
    missing.length === 0
      ? await planPieces(planner, source, await storeInspection(hub, inspection, work))
      : undefined;
  const { preview, problem } = await headOf(planner, source, inspection);
  const plan = {
    name: source.name,
    ...defined({ dataset, commit: commitSha }),
    download: { files: missing.length, bytes: sizeOf(missing) - resumeBytes },
    resumeBytes,
    reuse: { files: onDisk.length, bytes: sizeOf(onDisk) },
    convert: planned === undefined ? null : countPieces(planned.pieces),
    files: files.map(({ file, haveBytes }) => ({ path: file.path, sizeBytes: file.sizeBytes, haveBytes })),
    pieces: planned?.pieces ?? [],
    notes: [
      ...notes,
      ...(planned?.notes ?? preview?.notes ?? []),
      ...(problem === undefined ? [] : [problem]),
    ],
    head: preview?.head ?? null,
  };
  return { plan, sample: preview === null ? null : sampleOf(source, preview) };
}

function sampleOf(source: Source, { rows, expectedConversations }: SourcePreview): SourceSample {
  const conversations = rows.flatMap(({ after }) => (after === null ? [] : [after]));
  return { source, conversations, expected: expectedConversations };
}

/** A plan without them is a plan: files may be missing and the Hub out of reach. */
async function headOf(
  { local, recipe }: Planner,
  source: Source,
  inspection: SourceInspection,
): Promise<{ readonly preview: SourcePreview | null; readonly problem?: string }> {
  try {
    const { store } = local;
    return { preview: await previewSource(store, source, inspection, detectionSampleRows, recipe.train) };
  } catch (error) {
    if (!(error instanceof HeadraceError)) throw error;
    return { preview: null, problem: `its first rows were not looked at: ${error.type}: ${error.message}` };
  }
}

function sizeOf(files: readonly { readonly file: { readonly sizeBytes: number } }[]): number {
  return files.reduce((sum, { file }) => sum + file.sizeBytes, 0);
}

function countPieces(pieces: readonly PlannedPiece[]): SourcePlan['convert'] {
  const reused = pieces.filter(({ isThere }) => isThere).length;
  return { pieces: pieces.length - reused, reusedPieces: reused };
}

/** The pieces of a source whose files are all on disk. */
async function planPieces(
  { local: { store, work }, convert, recipe }: Planner,
  source: Source,
  resolution: ArtifactRef,
): Promise<{ readonly pieces: readonly PlannedPiece[]; readonly notes: readonly string[] }> {
  const { plan, notes = [] } = await convert.planConversion({ source, resolution, seed: recipe.seed }, work);
  const { files } = await readConversionPlan(store, plan);
  const pieces = (await explainPieces(store, plan)).map(({ piece: { bytes, slices }, isThere, reason }) => {
    const [first] = slices;
    const path = files[first?.file ?? 0]?.path ?? '';
    const from = first?.kind === 'bytes' && first.from > 0 ? ` from byte ${formatCount(first.from)}` : '';
    return { label: `${path}${from}`, bytes, isThere, reason };
  });
  return { pieces, notes };
}
