import { setHandler, startChild, workflowInfo } from '@temporalio/workflow';
import { batchCount, mostBatchesInHistory } from '../../core/batches.js';
import type { ActivityCalls } from '../activities.js';
import { doBatches } from '../do-batches.js';
import { progressSignals } from '../messages.js';
import { parallel } from '../parallel.js';
import { childOptions } from '../pause/children.js';
import type { Children } from '../pause/children.js';
import { nothingDone, withDone } from './batch-work.js';
import type { BatchActivity, BatchWork, CountsOf, DoneBatches } from './batch-work.js';
import { batchesHere } from './batches-here.js';

/** Does the batches of a workflow's plans: in its own history, or in children where there are many. */
export class BatchRunner {
  readonly #activities: ActivityCalls;
  readonly #children: Children;
  readonly #reported = new Map<string, DoneBatches>();
  #onReport: () => void = () => undefined;

  constructor(activities: ActivityCalls, children: Children) {
    this.#activities = activities;
    this.#children = children;
    setHandler(progressSignals.batchProgress, ({ workflowId, done, counts }) => {
      this.#reported.set(workflowId, { done, counts });
      this.#onReport();
    });
  }

  /**
   * Does all batches of a work, one work after another.
   *
   * @param onDone - called with the batches that are done, their number and their counts.
   * @returns the counts of all batches; without batches there are none.
   */
  async run<Name extends BatchActivity>(
    work: BatchWork<Name>,
    onDone: (done: number, counts: Partial<CountsOf<Name>>) => void,
  ): Promise<Partial<CountsOf<Name>>> {
    const count = batchCount(work.batches);
    // The counts have the names of what the activity returns.
    const shown = ({ done, counts }: DoneBatches): void => onDone(done, counts as Partial<CountsOf<Name>>);
    const { counts } =
      count <= mostBatchesInHistory
        ? await batchesHere(this.#activities, work, { from: 0, to: count }, shown)
        : await this.#inChildren(work, count, shown);
    return counts as Partial<CountsOf<Name>>;
  }

  async #inChildren(
    work: BatchWork,
    count: number,
    onDone: (done: DoneBatches) => void,
  ): Promise<DoneBatches> {
    const starts = Array.from(
      { length: Math.ceil(count / mostBatchesInHistory) },
      (_, part) => part * mostBatchesInHistory,
    );
    this.#reported.clear();
    const all = (): DoneBatches => [...this.#reported.values()].reduce(withDone, nothingDone);
    this.#onReport = () => onDone(all());
    await parallel(starts, async (from) => {
      const to = Math.min(from + mostBatchesInHistory, count);
      const workflowId = `${workflowInfo().workflowId}/${work.activity}/${from + 1}-${to}`;
      const done = await this.#children.execute(
        workflowId,
        async () =>
          await startChild(doBatches, {
            workflowId,
            args: [{ work, from, to }],
            staticSummary: `${work.summary}, batches ${from + 1} to ${to} of ${count}`,
            ...childOptions,
          }),
      );
      this.#reported.set(workflowId, done);
      this.#onReport();
    });
    return all();
  }
}
