import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { ConvertPiecesInput, ConvertPiecesResult } from '../../core/contracts/conversion.js';
import type { WorkContext } from '../../core/progress.js';
import { readConversionPlan, type ConversionPlanFile } from './plan/conversion-plan.js';
import type { ConvertDeps } from './convert-deps.js';
import { inParallel, itemsAtOnce } from '../threads/in-parallel.js';
import { PieceMeta, ScatterMeta } from './output/piece-meta.js';
import type { GroupInput } from './dialogues/group.js';
import { tallyPieces } from './output/tally.js';

/**
 * Groups the partitions `[from, to)` of a plan into conversations, when all its rows are scattered.
 *
 * @throws {HeadraceError} ArtifactMissingError, DiskFullError.
 */
export async function groupDialogues(
  deps: ConvertDeps,
  input: ConvertPiecesInput,
  work: WorkContext,
): Promise<ConvertPiecesResult> {
  const plan = await readConversionPlan(deps.store, input.plan);
  const partitions = plan.dialoguePartitions
    .map((key, partition) => ({ key, partition }))
    .slice(input.from, input.to);
  let scatters: Promise<GroupInput['scatters']> | undefined;
  const tally = tallyPieces(`${plan.source} group`, partitions.length, work);
  await inParallel(partitions, itemsAtOnce(deps.threads.size), work.signal, async (item, signal) => {
    const ref: ArtifactRef = { kind: 'piece', key: item.key };
    const there = await deps.store.find(ref);
    const made =
      there ??
      (await deps.store.put(ref, async (dir) => {
        scatters ??= findScatters(deps, plan);
        const { partition } = item;
        return deps.jobs.run(
          'groupPartition',
          { scatters: await scatters, partition, rules: plan.rules, seed: plan.seed, dir },
          { signal },
        );
      }));
    tally.finished(item, 1, PieceMeta.parse(made.meta).counts, there !== undefined);
  });
  return tally.result();
}

async function findScatters(deps: ConvertDeps, plan: ConversionPlanFile): Promise<GroupInput['scatters']> {
  return Promise.all(
    plan.pieces.map(async ({ key, firstSegment }) => {
      const scatter = await deps.store.get({ kind: 'scatter', key });
      return { dir: scatter.dir, runs: ScatterMeta.parse(scatter.meta).runs, firstSegment };
    }),
  );
}
