import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { Composition } from '../../../core/contracts/mix.js';
import type { ArtifactStore } from '../../artifacts/store.js';

/**
 * Version of the code that plans and writes the mix. It is part of the keys of what that code makes: raise it when the same inputs would
 * give other bytes.
 */
export const mixCodeVersion = 1;

const count = z.int().min(0);
const Bucket = z.object({ from: count, to: count, bytes: count });

/** `plan.json` of a `mix-plan` artifact; beside it stand the entries of both sides. */
export const MixPlanFile = z.object({
  seed: count,
  heldout: z.object({ fraction: z.number(), rows: count.exactOptional() }),
  mixRows: count.exactOptional(),
  rowsPerSource: count.exactOptional(),
  sources: z.array(
    z.object({
      name: z.string(),
      /** Key of the `conversion` artifact. */
      plan: z.string(),
      /** Key of the `summary` artifact. */
      summary: z.string(),
      rows: count.exactOptional(),
      share: z.number().exactOptional(),
      repeat: count,
    }),
  ),
  /** In the order in which entries number them. */
  runs: z.array(
    z.object({
      /** Key of the `piece` artifact. */
      piece: z.string(),
      run: count,
    }),
  ),
  buckets: z.object({ train: z.array(Bucket), heldout: z.array(Bucket) }),
  composition: Composition,
});
export type MixPlanFile = z.infer<typeof MixPlanFile>;

export const mixPlanName = 'plan.json';

/** @throws {HeadraceError} ArtifactMissingError. */
export async function readMixPlan(store: ArtifactStore, ref: ArtifactRef): Promise<MixPlanFile> {
  const artifact = await store.get(ref);
  return MixPlanFile.parse(JSON.parse(await readFile(artifact.path(mixPlanName), 'utf8')));
}
