import { setHandler } from '@temporalio/workflow';
import { progressSignals, queries } from '../messages.js';
import type { Run } from './run.js';

/** Answers the queries, and takes the progress of the children. */
export function handleProgress(run: Run): void {
  setHandler(queries.progress, () => run.view.state);
  setHandler(queries.composition, () => run.view.state.composition);
  setHandler(queries.checkpoints, () => run.view.state.train?.checkpoints ?? []);
  setHandler(queries.report, () => run.report.now(run.recipe));
  setHandler(progressSignals.sourceProgress, (source) => run.view.setSource(source));
  setHandler(progressSignals.trainProgress, (train) => run.view.setTraining(train));
}
