import { rm } from 'node:fs/promises';
import type { MixRangeInput, MixRangeResult } from '../../core/contracts/mix.js';
import type { WorkContext } from '../../core/progress.js';
import { linesName } from '../convert/output/sorted-run-format.js';
import { candidatesName, selectionLists } from './format/mix-count.js';
import { copyGroups } from './format/mix-copies.js';
import { readMixDecision } from './format/mix-decision.js';
import { mixCopiesRef, mixCountRef, readMixPlan } from './format/mix-plan.js';
import { partitionRanges } from './lines/partition-ranges.js';
import { piecesOf } from './lines/pieces-of.js';
import type { MixDeps } from './mix-deps.js';
import { makeItems } from './mix-items.js';

/**
 * Makes the `mix-copies` of the groups `[from, to)` that are missing in the store.
 *
 * @throws {HeadraceError} ArtifactMissingError, ArtifactCorruptError, DiskFullError.
 */
export async function copyRows(
  deps: MixDeps,
  input: MixRangeInput,
  work: WorkContext,
): Promise<MixRangeResult> {
  const { store, jobs } = deps;
  const plan = await readMixPlan(store, input.plan);
  const { limits } = await readMixDecision(store, input.plan.key);
  const { sortedRuns, partitions, sources, seed } = plan;
  const lists = selectionLists(plan);
  const groups = copyGroups(partitions);
  const pieces = await piecesOf(store, sortedRuns);
  const all = { from: 0, to: partitions };
  const rangesOf = await partitionRanges(store, input.plan, sortedRuns.length, all);
  const repeats = sources.map(({ repeat }) => repeat);
  const make = async (group: number, dir: string, signal: AbortSignal): Promise<unknown> => {
    const { from, to } = groups[group] ?? { from: 0, to: 0 };
    const counts = Array.from({ length: to - from }, (_, at) => mixCountRef(plan, from + at, lists));
    const candidates = await Promise.all(
      counts.map(async (ref) => ({ artifact: await store.get(ref), file: candidatesName('train') })),
    );
    const [first, last] = [rangesOf(from), rangesOf(to - 1)];
    const repeated = [...sortedRuns.entries()].filter(([, { source }]) => (repeats[source] ?? 1) > 1);
    const lines = repeated.map(([run, { sortedRun }]) => {
      const [start, end] = [first[run], last[run]];
      const ranges = [{ from: start?.start ?? 0, to: (end?.start ?? 0) + (end?.bytes ?? 0) }];
      return { ...pieces(run, linesName(sortedRun)), ranges, isReadOnce: true };
    });
    const scratch = await store.workplace.scratch();
    try {
      return await store.bring([...candidates, ...lines], async (paths) => {
        const linesPaths = sortedRuns.map(() => '');
        for (const [at, [run]] of repeated.entries()) linesPaths[run] = paths[candidates.length + at] ?? '';
        const job = {
          candidates: paths.slice(0, candidates.length),
          limits: limits.train,
          repeats,
          linesPaths,
          sortedRun: sortedRuns.length + group,
          seed,
          partitions,
          dir,
          scratch,
        };
        return await jobs.run('copyRows', job, { signal });
      });
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  };
  const refOf = (group: number) => mixCopiesRef(input.plan.key, group);
  return await makeItems(deps, input, 'copy repeated rows', { refOf, make }, work);
}
