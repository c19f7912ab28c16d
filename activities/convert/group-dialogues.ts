import type { ConvertPiecesInput, ConvertPiecesResult } from '../../core/contracts/conversion.js';
import type { WorkContext } from '../../core/progress.js';
import { inParallel, itemsAtOnce } from '../threads/in-parallel.js';
import type { ConvertDeps } from './convert-deps.js';
import { bringPartition, findScatters, type Scatter } from './dialogues/bring-partition.js';
import { mostRunsIn } from './output/most-runs.js';
import { ReadMeta } from './output/piece-meta.js';
import { PieceTally } from './output/piece-tally.js';
import { readConversionPlan } from './plan/conversion-plan.js';

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
      return await bringPartition(
        store,
        await scatters,
        partition,
        (scattered) =>
          jobs.run(
            'groupPartition',
            { scattered, rules, seed, mostRuns: mostRunsIn(store), dir },
            { signal },
          ),
        signal,
      );
    };
    const artifact = found ?? (await store.put(ref, group));
    tally.finished(item, 1, ReadMeta.parse(artifact.meta).counts, found !== undefined);
  });
  return tally.result;
}
