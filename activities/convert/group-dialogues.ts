import type { ConvertPiecesInput, ConvertPiecesResult } from '../../core/contracts/conversion.js';
import type { WorkContext } from '../../core/progress.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { inParallel, itemsAtOnce } from '../threads/in-parallel.js';
import type { ConvertDeps } from './convert-deps.js';
import type { Scatter } from './dialogues/scattered-rows.js';
import { ReadMeta, ScatterMeta } from './output/piece-meta.js';
import { PieceTally } from './output/piece-tally.js';
import { readConversionPlan, type ConversionPlanFile } from './plan/conversion-plan.js';

/**
 * Groups the dialogue partitions `[from, to)` of a plan into conversations, once all its pieces are
 * scattered.
 *
 * @throws {HeadraceError} ArtifactMissingError, DiskFullError.
 */
export async function groupDialogues(
  deps: ConvertDeps,
  input: ConvertPiecesInput,
  work: WorkContext,
): Promise<ConvertPiecesResult> {
  const { store, jobs, threads } = deps;
  const plan = await readConversionPlan(store, input.plan);
  const { rules, seed } = plan;
  const partitions = [...plan.dialoguePartitions.entries()].slice(input.from, input.to);
  const tally = new PieceTally(`${plan.source} group`, partitions.length, work);
  // Found once, by the first partition that is not in the store.
  let scatters: Promise<readonly Scatter[]> | undefined;
  await inParallel(partitions, itemsAtOnce(threads.size), work.signal, async (item, signal) => {
    const [partition, ref] = item;
    const found = await store.find(ref);
    const group = async (dir: string) => {
      scatters ??= findScatters(store, plan);
      const job = { scatters: await scatters, partition, rules, seed, dir };
      return await jobs.run('groupPartition', job, { signal });
    };
    const artifact = found ?? (await store.put(ref, group));
    tally.finished(item, 1, ReadMeta.parse(artifact.meta).counts, found !== undefined);
  });
  return tally.result;
}

async function findScatters(store: ArtifactStore, plan: ConversionPlanFile): Promise<readonly Scatter[]> {
  return Promise.all(
    plan.pieces.map(async ({ ref, firstSlice }) => {
      const { dir, meta } = await store.get(ref);
      return { dir, files: ScatterMeta.parse(meta).files, firstSlice };
    }),
  );
}
