import { batchAt, batchLabel } from '../../core/batches.js';
import type { Counts } from '../../core/run/state.js';
import type { ActivityCalls } from '../activities.js';
import { parallel } from '../parallel.js';
import { nothingDone, withDone } from './batch-work.js';
import type { BatchWork, DoneBatches } from './batch-work.js';

/**
 * Schedules the batches `[from, to)` at once: the slots of the workers bound what is under way.
 *
 * @param onDone - called after each with what is done so far.
 */
export async function batchesHere(
  activities: ActivityCalls,
  work: BatchWork,
  { from, to }: { readonly from: number; readonly to: number },
  onDone: (done: DoneBatches) => void,
): Promise<DoneBatches> {
  const { activity, input, batches, summary, noun } = work;
  // Each activity gets the input that its work names.
  const call = activities[activity] as (summary: string, input: object) => Promise<Counts>;
  let all = nothingDone;
  const indices = Array.from({ length: to - from }, (_, index) => from + index);
  await parallel(indices, async (index) => {
    const label = `${summary} ${batchLabel(batches, index, noun)}`;
    const counts = await call(label, { ...input, ...batchAt(batches, index) });
    all = withDone(all, { done: 1, counts });
    onDone(all);
  });
  return all;
}
