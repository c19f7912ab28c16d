import type { EvaluationResult } from '../../core/contracts/evaluation.js';
import type { FindRecordsResult, SegmentRecordRef, TrainingPlan } from '../../core/contracts/training.js';
import { usageOf } from '../../core/cost/usage.js';
import type { WorkDone } from '../../core/cost/usage.js';
import type { TrainOutcome } from '../../core/run/run.js';
import type { TrainState } from '../../core/run/state.js';

/**
 * How far a training is, as plain data: what `continueAsNew` hands over. The functions below take the
 * progress before an event and return the one after it.
 */
export interface TrainingProgress {
  /** The newest record of the lineage. */
  readonly last: SegmentRecordRef | null;
  /** The task queue of the worker that holds a client in the state of `last`; `null` where none does. */
  readonly liveOn: string | null;
  /** The session of that client. */
  readonly liveSession: string | null;
  readonly firstLoss: number | null;
  /** What this training and earlier runs of it have done; the evaluations that are still due included. */
  readonly done: WorkDone;
  /** Steps that earlier runs have recorded. */
  readonly reusedSteps: number;
  /** The newest ones, oldest first. */
  readonly checkpoints: readonly SegmentRecordRef[];
  /** Recorded checkpoints that have to be measured, oldest first. */
  readonly unmeasured: readonly SegmentRecordRef[];
  /** What the training begins with, measured. */
  readonly base: EvaluationResult | null;
  /** The newest checkpoint that is measured. */
  readonly evaluated: EvaluationResult | null;
  /** Requests to save that have been answered. */
  readonly saves: number;
  /** Checkpoints that the server lost in a row, without a step recorded between them. */
  readonly lostCheckpoints: number;
  readonly notes: readonly string[];
}

/** Where a client is alive between two segments. */
export type LiveClient = Pick<TrainingProgress, 'liveOn' | 'liveSession'>;

const shownCheckpoints = 20;
const shownNotes = 20;

export const nothingYet: TrainingProgress = {
  last: null,
  liveOn: null,
  liveSession: null,
  firstLoss: null,
  done: { trainedTokens: 0, evaluations: 0 },
  reusedSteps: 0,
  checkpoints: [],
  unmeasured: [],
  base: null,
  evaluated: null,
  saves: 0,
  lostCheckpoints: 0,
  notes: [],
};

/**
 * Earlier runs and attempts have recorded this much of exactly this training, and the server still has it.
 * The final checkpoint, which they do not list, is measured too.
 */
export function found(progress: TrainingProgress, records: FindRecordsResult): TrainingProgress {
  const { last, firstLoss, done, unmeasured } = records;
  return {
    ...progress,
    last,
    firstLoss,
    done,
    unmeasured: last?.final === true ? [...unmeasured, last] : unmeasured,
    reusedSteps: last?.nextStep ?? 0,
    checkpoints: last === null ? [] : [last],
    notes: added(progress.notes, records.notes),
  };
}

/** A segment was trained and recorded. */
export function recorded(
  progress: TrainingProgress,
  record: SegmentRecordRef,
  { liveOn = null, liveSession = null }: Partial<LiveClient> = {},
): TrainingProgress {
  return {
    ...progress,
    last: record,
    liveOn,
    liveSession,
    firstLoss: progress.firstLoss ?? record.firstLoss,
    done: {
      trainedTokens: progress.done.trainedTokens + record.tokens,
      evaluations: progress.done.evaluations + 1,
    },
    checkpoints: [...progress.checkpoints, record].slice(-shownCheckpoints),
    unmeasured: [...progress.unmeasured, record],
    lostCheckpoints: 0,
  };
}

/** The server lost the newest checkpoint; `records` is what it still has. */
export function fellBack(progress: TrainingProgress, records: FindRecordsResult): TrainingProgress {
  const { last, firstLoss, unmeasured } = records;
  const next = last?.nextStep ?? 0;
  const lost = progress.last === null ? 'A checkpoint' : `The checkpoint ${progress.last.label}`;
  const note = `${lost} is lost on the server; the training continues from step ${next}`;
  const { evaluated } = progress;
  return {
    ...progress,
    last,
    liveOn: null,
    liveSession: null,
    firstLoss,
    unmeasured,
    reusedSteps: Math.min(progress.reusedSteps, next),
    checkpoints: progress.checkpoints.filter(({ nextStep }) => nextStep <= next),
    evaluated: evaluated !== null && evaluated.step > next ? null : evaluated,
    lostCheckpoints: progress.lostCheckpoints + 1,
    notes: added(progress.notes, [...records.notes, note]),
  };
}

/** A checkpoint was measured; `null` is what the training begins with. */
export function measured(
  progress: TrainingProgress,
  checkpoint: SegmentRecordRef | null,
  result: EvaluationResult,
): TrainingProgress {
  if (checkpoint === null) {
    const { trainedTokens, evaluations } = progress.done;
    return { ...progress, base: result, done: { trainedTokens, evaluations: Math.max(1, evaluations) } };
  }
  const unmeasured = progress.unmeasured.filter(({ label }) => label !== checkpoint.label);
  return { ...progress, evaluated: result, unmeasured };
}

/** So many requests to save have been answered. */
export function saved(progress: TrainingProgress, requests: number): TrainingProgress {
  return { ...progress, saves: progress.saves + requests };
}

/** Adds a note for the user. */
export function noted(progress: TrainingProgress, note: string): TrainingProgress {
  return { ...progress, notes: added(progress.notes, [note]) };
}

/** The progress as the run and its `progress` query show it. */
export function trainStateOf(
  progress: TrainingProgress,
  { totalSteps, evaluation }: Pick<TrainingPlan, 'totalSteps' | 'evaluation'>,
  paused: boolean,
): TrainState {
  const { last, firstLoss, done, reusedSteps, checkpoints, base, evaluated, saves, notes } = progress;
  return {
    step: last?.nextStep ?? 0,
    totalSteps,
    usage: usageOf(done, evaluation),
    firstLoss,
    lastLoss: last?.lastLoss ?? null,
    reusedSteps,
    checkpoints,
    baseNll: base?.heldoutNll ?? null,
    heldoutNll: evaluated?.heldoutNll ?? null,
    paused,
    saves,
    notes,
  };
}

/**
 * The result of a finished training.
 *
 * @throws {Error} where its last segment is not recorded yet.
 */
export function outcomeOf(
  progress: TrainingProgress,
  { totalSteps, evaluation }: Pick<TrainingPlan, 'totalSteps' | 'evaluation'>,
): TrainOutcome {
  const { last, firstLoss, done, reusedSteps, base, evaluated } = progress;
  if (last === null || last.nextStep < totalSteps)
    throw new Error(`The training is at step ${last?.nextStep ?? 0} of ${totalSteps}`);
  const { lastLoss } = last;
  return {
    totalSteps,
    firstLoss: firstLoss ?? last.firstLoss,
    lastLoss,
    usage: usageOf(done, evaluation),
    reusedSteps,
    final: last,
    base,
    trained: evaluated,
  };
}

/** Each note once, the newest at the end. */
function added(notes: readonly string[], more: readonly string[]): readonly string[] {
  return [...notes, ...more.filter((note) => !notes.includes(note))].slice(-shownNotes);
}
