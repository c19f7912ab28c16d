import type { Composition } from '../contracts/mix.js';
import type { WriteReportInput } from '../contracts/report.js';
import type { SegmentRecordRef } from '../contracts/training.js';
import type { Budget } from '../cost/budget.js';
import type { ChangeBudgetInput, ChangeCapsInput, ReplaceSourceInput } from './changes.js';
import type { Stage } from './stages.js';
import type { BatchState, RunState, SourceState, TrainState } from './state.js';

/**
 * The messages of the workflows by name, with their arguments and answers. Client, workflows and tests take
 * the names from here, so that a misspelt one does not compile. Names are API: clients and recorded histories
 * depend on them.
 */

/** Updates of a run, by name: their arguments. Each returns a sentence for the user. */
export interface RunUpdates {
  /** Try a parked source again. */
  retrySource: [{ readonly source: string }];
  /** Go on without a parked source. */
  skipSource: [{ readonly source: string }];
  /** Try a parked source again with another definition. */
  replaceSource: [ReplaceSourceInput];
  /** Try a parked stage again. */
  retryStage: [{ readonly stage: Stage }];
  /** Accept the mix of a run that waits for review. */
  approve: [{ readonly note: string }];
  /** End a run that waits for review. */
  reject: [{ readonly note: string }];
  /** Make the mix again with other rows and shares. */
  changeCaps: [ChangeCapsInput];
  /** Limit what the training may use, also while it runs; one that waits at its budget continues. */
  changeBudget: [ChangeBudgetInput];
  /** Stop what is under way, saved, and begin nothing until `resume`. */
  pause: [];
  /** Continue after `pause`. */
  resume: [];
  /** Save a checkpoint now; the training continues from it. */
  saveCheckpoint: [];
}

/** Queries of a run, by name: their answers. */
export interface RunQueries {
  /** What the run has done and what it waits for. */
  progress: RunState;
  /** What became of the rows of each source; `null` before the mix is made. */
  composition: Composition | null;
  /** The newest checkpoints. */
  checkpoints: readonly SegmentRecordRef[];
  /** Input of the report, so far. */
  report: WriteReportInput;
}

/** Signals from a run to its children: the updates of the same names, passed on. */
export interface ChildSignals {
  pause: [];
  resume: [];
  saveCheckpoint: [];
  changeBudget: [Budget | null];
}

/** Signals from the children to their run. */
export interface ProgressSignals {
  /** How far the preparation of a source is. */
  sourceProgress: [SourceState];
  /** How far the training is. */
  trainProgress: [TrainState];
  /** How far a child with a part of a plan's batches is. */
  batchProgress: [BatchState];
}
