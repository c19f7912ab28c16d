import type { MixRangeInput, MixRangeResult } from '../../core/contracts/mix.js';
import { cellCount } from '../../core/mix/shuffle-sizes.js';
import type { WorkContext } from '../../core/progress.js';
import { entryBytes, indexName } from '../convert/output/sorted-run-format.js';
import { selectionLists } from './format/mix-count.js';
import { mixCountRef, readMixPlan } from './format/mix-plan.js';
import { partitionRanges } from './lines/partition-ranges.js';
import { piecesOf } from './lines/pieces-of.js';
import type { MixDeps } from './mix-deps.js';
import { makeItems } from './mix-items.js';

/**
 * Makes the `mix-count` of the partitions `[from, to)` that are missing in the store.
 *
 * @throws {HeadraceError} ArtifactMissingError, ArtifactCorruptError, DiskFullError.
 */
export async function countPartitions(
  deps: MixDeps,
  input: MixRangeInput,
  work: WorkContext,
): Promise<MixRangeResult> {
  const { store, jobs } = deps;
  const plan = await readMixPlan(store, input.plan);
  const { sortedRuns, partitions } = plan;
  const lists = selectionLists(plan);
  const pieces = await piecesOf(store, sortedRuns);
  const rangesOf = await partitionRanges(store, input.plan, sortedRuns.length, input);
  const span = cellCount / partitions;
  const make = async (partition: number, dir: string, signal: AbortSignal): Promise<unknown> => {
    const runs = [...rangesOf(partition).entries()].filter(([, { entries }]) => entries > 0);
    const wanted = runs.map(([run, { first, entries }]) => {
      const ranges = [{ from: first * entryBytes, to: (first + entries) * entryBytes }];
      // The CRC-32 of their cells verifies them.
      return { ...pieces(run, indexName(sortedRuns[run]?.sortedRun ?? 0)), ranges, isReadOnce: true };
    });
    return await store.bring(
      wanted,
      async (paths) => {
        const parts = runs.map(([run, { first, entries, check }], at) => {
          const { source = 0, firstSlice = 0 } = sortedRuns[run] ?? {};
          return { run, source, firstSlice, indexPath: paths[at] ?? '', first, entries, check };
        });
        const job = {
          sources: plan.sources.length,
          parts,
          cells: { from: partition * span, to: (partition + 1) * span },
          heldoutFraction: plan.heldout.fraction,
          lists,
          dir,
        };
        return await jobs.run('countPartition', job, { signal });
      },
      signal,
    );
  };
  const refOf = (partition: number) => mixCountRef(plan, partition, lists);
  return await makeItems(deps, input, 'count partitions', { refOf, make }, work);
}
