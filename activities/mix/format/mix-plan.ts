import { z } from 'zod';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { Composition } from '../../../core/contracts/mix.js';
import { readJson } from '../../artifacts/read-json.js';
import type { ArtifactStore } from '../../artifacts/store.js';

/**
 * Version of the code that plans and writes a mix. Part of the keys of `mix-plan` and `mix` artifacts: raise
 * it when the same inputs would give other bytes.
 */
export const mixCodeVersion = 2;

const count = z.int().min(0);

/** Entries `[from, to)` of one side, which are gathered and written together. */
export const Bucket = z
  .object({
    from: count,
    /** exclusive */
    to: count,
    /** Size of the lines, newlines included. */
    bytes: count,
  })
  .readonly();
export type Bucket = z.infer<typeof Bucket>;

const PlannedSource = z
  .object({
    name: z.string(),
    /** Key of the `conversion` artifact. */
    plan: z.string(),
    /** Key of the `summary` artifact. */
    summary: z.string(),
    rows: count.exactOptional(),
    share: z.number().exactOptional(),
    repeat: count,
  })
  .readonly();
export type PlannedSource = z.infer<typeof PlannedSource>;

/** Identifies a sorted run in the store. */
const SortedRunKey = z
  .object({
    /** Key of the `piece` artifact. */
    piece: z.string(),
    /** Number of the sorted run in the piece. */
    sortedRun: count,
  })
  .readonly();
export type SortedRunKey = z.infer<typeof SortedRunKey>;

/** `plan.json` of a `mix-plan` artifact, which also has the entries of both sides. */
export const MixPlanFile = z.object({
  seed: count,
  heldout: z.object({ fraction: z.number(), rows: count.exactOptional() }).readonly(),
  mixRows: count.exactOptional(),
  rowsPerSource: count.exactOptional(),
  /** In recipe order. */
  sources: z.array(PlannedSource).readonly(),
  /** In the order in which entries number them. */
  sortedRuns: z.array(SortedRunKey).readonly(),
  buckets: z.object({ train: z.array(Bucket).readonly(), heldout: z.array(Bucket).readonly() }).readonly(),
  composition: Composition,
});
export type MixPlanFile = z.infer<typeof MixPlanFile>;

export const mixPlanName = 'plan.json';

/**
 * The plan of a mix.
 *
 * @throws {HeadraceError} ArtifactMissingError.
 */
export async function readMixPlan(store: ArtifactStore, ref: ArtifactRef): Promise<MixPlanFile> {
  return await readJson(store, await store.get(ref), mixPlanName, MixPlanFile);
}
