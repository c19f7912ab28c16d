import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Composition } from '../core/contracts/mix.js';
import type { WriteReportInput } from '../core/contracts/report.js';
import type { SegmentRecordRef } from '../core/contracts/training.js';
import type {
  ChangeCapsInput,
  ReplaceSourceInput,
  RunState,
  SourceState,
  TrainState,
} from '../core/run-state.js';

/** Names are API: clients and recorded histories depend on them. */

/** What the run has done and what it waits for. */
export const progressQuery = defineQuery<RunState>('progress');

/** Child to parent: where a source stands. */
export const sourceProgress = defineSignal<[SourceState]>('sourceProgress');
/** Child to parent: where the training stands. */
export const trainProgress = defineSignal<[TrainState]>('trainProgress');

/** Try a parked source again. */
export const retrySource = defineUpdate<string, [{ source: string }]>('retrySource');
/** Go on without a parked source. */
export const skipSource = defineUpdate<string, [{ source: string }]>('skipSource');
/** Try a parked stage (`mix`, `training`, …) again. */
export const retryStage = defineUpdate<string, [{ stage: string }]>('retryStage');
/** Accept the mix of a run that waits for review. */
export const approve = defineUpdate<string, [{ note: string }]>('approve');
/** End a run that waits for review. */
export const reject = defineUpdate<string, [{ note: string }]>('reject');

/** Stop what is under way, saved, and begin nothing until `resume`. */
export const pause = defineUpdate<string>('pause');
/** Go on after `pause`. */
export const resume = defineUpdate<string>('resume');
/** Save a checkpoint now; the training goes on from it. */
export const saveCheckpoint = defineUpdate<string>('saveCheckpoint');
/** Try a parked source again with another definition. */
export const replaceSource = defineUpdate<string, [ReplaceSourceInput]>('replaceSource');
/** Other rows and shares; the mix is made again. */
export const changeCaps = defineUpdate<string, [ChangeCapsInput]>('changeCaps');

/** What became of the rows of each source; `null` before the mix is made. */
export const compositionQuery = defineQuery<Composition | null>('composition');
/** The newest checkpoints. */
export const checkpointsQuery = defineQuery<readonly SegmentRecordRef[]>('checkpoints');
/** What a report is made of, so far. */
export const reportQuery = defineQuery<WriteReportInput>('report');

/** Parent to child: {@link pause}. */
export const hold = defineSignal('hold');
/** Parent to child: {@link resume}. */
export const goOn = defineSignal('goOn');
/** Parent to child: {@link saveCheckpoint}. */
export const saveNow = defineSignal('saveNow');
