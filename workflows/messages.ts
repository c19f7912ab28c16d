import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { QueryDefinition, SignalDefinition, UpdateDefinition } from '@temporalio/common';
import type { ChildSignals, ProgressSignals, RunQueries, RunUpdates } from '../core/run/api.js';

/** Updates of a run. */
export const updates: {
  readonly [Name in keyof RunUpdates]: UpdateDefinition<string, RunUpdates[Name], Name>;
} = {
  retrySource: defineUpdate('retrySource'),
  skipSource: defineUpdate('skipSource'),
  replaceSource: defineUpdate('replaceSource'),
  retryStage: defineUpdate('retryStage'),
  approve: defineUpdate('approve'),
  reject: defineUpdate('reject'),
  changeCaps: defineUpdate('changeCaps'),
  changeBudget: defineUpdate('changeBudget'),
  pause: defineUpdate('pause'),
  resume: defineUpdate('resume'),
  saveCheckpoint: defineUpdate('saveCheckpoint'),
};

/** Queries of a run. */
export const queries: { readonly [Name in keyof RunQueries]: QueryDefinition<RunQueries[Name], [], Name> } = {
  progress: defineQuery('progress'),
  composition: defineQuery('composition'),
  checkpoints: defineQuery('checkpoints'),
  report: defineQuery('report'),
};

/** Signals from a run to its children. */
export const childSignals: {
  readonly [Name in keyof ChildSignals]: SignalDefinition<ChildSignals[Name], Name>;
} = {
  pause: defineSignal('pause'),
  resume: defineSignal('resume'),
  saveCheckpoint: defineSignal('saveCheckpoint'),
  changeBudget: defineSignal('changeBudget'),
};

/** Signals from the children to their run. */
export const progressSignals: {
  readonly [Name in keyof ProgressSignals]: SignalDefinition<ProgressSignals[Name], Name>;
} = {
  sourceProgress: defineSignal('sourceProgress'),
  trainProgress: defineSignal('trainProgress'),
  batchProgress: defineSignal('batchProgress'),
};
