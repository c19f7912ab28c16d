import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
} from '@temporalio/workflow';
import type { FindRecordsResult, SegmentRecordRef, TrainSegmentResult } from '../core/contracts/training.js';
import { plural } from '../core/format.js';
import type { TrainOutcome } from '../core/run/run.js';
import { activities } from './activities.js';
import { reasonOf } from './failure.js';
import { despiteCancel } from './pause/despite-cancel.js';
import { fellBack, found, recorded } from './training/progress.js';
import { nextSegment } from './training/segments.js';
import type { StepRange } from './training/segments.js';
import { Training } from './training/training.js';
import { trainWhereLive } from './training/train-where-live.js';
import type { TrainLoraInput } from './training/training.js';
import { requireFirstEvaluation, withinBudget } from './training/within-budget.js';

/** Segments in one history: about 25 events each, so that it stays far below 10,000. */
const segmentsPerHistory = 100;
/** Checkpoints that the server loses in a row before the training parks. */
const mostLostCheckpoints = 3;

/**
 * Trains segment after segment, each from the state that the previous one's record names, and measures every
 * checkpoint while the next segment trains. Child of `stage1`. On a cancel the segment saves where it stands,
 * and that is recorded before this ends.
 */
export async function trainLora(input: TrainLoraInput): Promise<TrainOutcome> {
  const training = new Training(input);
  const { beside, gate } = training;
  if (input.carried === undefined)
    await training.setNow(found(training.progress, await findRecords(training)));
  if (training.progress.base === null) {
    requireFirstEvaluation(training);
    await training.evaluate(null, training.activities);
  }
  beside.start(training.progress.unmeasured);
  for (let segments = 0; !training.isDone; segments += 1) {
    if (segments === segmentsPerHistory) await handOver(training);
    await trainNext(training);
    await beside.settle(gate);
    beside.start(training.progress.unmeasured);
  }
  await beside.settle(gate);
  await training.setNow(training.progress);
  await condition(allHandlersFinished);
  return training.outcome();
}

/** What earlier runs and attempts have recorded of exactly this training, and the server still has. */
async function findRecords(training: Training): Promise<FindRecordsResult> {
  const { input } = training;
  return await training.activities.findRecords('find recorded segments of this training', {
    plan: input.training.plan,
    out: input.out,
  });
}

/**
 * Trains the next segment, as far as the budget goes. Where the server lost the checkpoint that it starts
 * from, the training falls back instead.
 */
async function trainNext(training: Training): Promise<void> {
  const steps = await nextSteps(training);
  try {
    const { record, result } = await training.saves.during(async () => await trainAndRecord(training, steps));
    const progress = recorded(training.progress, record, result);
    // The save on a cancel is the last signal to the run.
    if (CancellationScope.current().consideredCancelled) await training.setNow(progress);
    else training.set(progress);
    await training.saves.answer();
  } catch (error) {
    const isLast = training.progress.lostCheckpoints + 1 === mostLostCheckpoints;
    if (reasonOf(error).type !== 'CheckpointLostError' || isLast) throw error;
    await training.beside.settle(training.gate);
    await training.setNow(fellBack(training.progress, await findRecords(training)));
  }
}

/** Before a training waits at its budget, its newest checkpoint is measured and the run has its progress. */
async function nextSteps(training: Training): Promise<StepRange> {
  const { input, progress, beside, gate } = training;
  const from = progress.last?.nextStep ?? 0;
  try {
    return await withinBudget(training, nextSegment(from, input.checkpointEvery, input.training.totalSteps));
  } catch (error) {
    await beside.settle(gate);
    await training.setNow(training.progress);
    throw error;
  }
}

interface RecordedSegment {
  readonly record: SegmentRecordRef;
  readonly result: TrainSegmentResult;
}

async function trainAndRecord(training: Training, { from, to }: StepRange): Promise<RecordedSegment> {
  const { gate, saves, input } = training;
  const { out } = input;
  const { plan, totalSteps } = input.training;
  const { last: predecessor } = training.progress;
  const result = await gate.run(async () => {
    try {
      const summary = `train steps ${from} to ${to - 1} of ${totalSteps}`;
      return await trainWhereLive(training.progress, summary, { plan, from, to, predecessor });
    } catch (error) {
      // A segment that was interrupted before its first step has nothing to save.
      await saves.answer();
      throw error;
    }
  });
  const { label, nextStep } = result;
  const summary = `record ${label} (${plural(nextStep - from, 'step')})`;
  try {
    const record = await despiteCancel(
      async () => await activities.recordSegment(summary, { plan, out, predecessor, from, result }),
    );
    return { record, result };
  } catch (error) {
    if (CancellationScope.current().consideredCancelled)
      await training.note(
        `The segment up to step ${nextStep} was saved but not recorded: ${reasonOf(error).message}`,
      );
    throw error;
  }
}

async function handOver(training: Training): Promise<never> {
  await training.beside.settle(training.gate);
  await training.gate.opened();
  await condition(allHandlersFinished);
  // The next run would not be cancelled.
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('Cancelled');
  return await continueAsNew<typeof trainLora>({ ...training.input, carried: training.progress });
}
