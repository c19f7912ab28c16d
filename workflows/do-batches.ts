import { setHandler, workflowInfo } from '@temporalio/workflow';
import { formatCount } from '../core/format.js';
import type { BatchState } from '../core/run/state.js';
import { pausable } from './activities.js';
import { batchesHere } from './batches/batches-here.js';
import type { BatchWork, DoneBatches } from './batches/batch-work.js';
import { childSignals, progressSignals } from './messages.js';
import { Gate } from './pause/gate.js';
import { Reporter } from './reporter.js';

export interface DoBatchesInput {
  readonly work: BatchWork;
  /** The first batch. */
  readonly from: number;
  /** exclusive */
  readonly to: number;
}

/** Does a part of a plan's batches, in a history of its own. Child of the workflow that has the plan. */
export async function doBatches({ work, from, to }: DoBatchesInput): Promise<DoneBatches> {
  const gate = new Gate();
  setHandler(childSignals.pause, () => gate.close());
  setHandler(childSignals.resume, () => gate.reopen());
  const reporter = new Reporter<BatchState>(
    progressSignals.batchProgress,
    ({ done, batches }) => `${formatCount(done)} of ${formatCount(batches)} batches`,
  );
  const { workflowId } = workflowInfo();
  const show = ({ done, counts }: DoneBatches): void =>
    reporter.report({ workflowId, done, batches: to - from, counts });
  try {
    return await batchesHere(pausable(gate), work, { from, to }, show);
  } finally {
    await reporter.sent();
  }
}
