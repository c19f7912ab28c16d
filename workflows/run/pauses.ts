import { condition, setHandler } from '@temporalio/workflow';
import { updates } from '../messages.js';
import type { Run } from './run.js';

/** How long the answer to a pause or a save waits for the training to have saved. */
const saveTimeout = '5 minutes';

/** Handles the updates that pause the run, resume it, or save a checkpoint. */
export function handlePauses(run: Run): void {
  setHandler(updates.pause, async () => await pause(run));
  setHandler(updates.resume, async () => await resume(run));
  setHandler(updates.saveCheckpoint, async () => await saveCheckpoint(run), {
    validator: () => {
      if (!isTraining(run))
        throw new Error(
          `there is nothing to save in the stage ${run.view.state.stage}; only a training has checkpoints`,
        );
      if (run.gate.isClosed) throw new Error('the run is paused, and its training saved');
    },
  });
}

async function pause(run: Run): Promise<string> {
  if (run.gate.isClosed) return 'the run is paused already';
  run.gate.close();
  run.waits.add({
    kind: 'pause',
    what: 'pause',
    type: 'Paused',
    message: `The run is paused in the stage ${run.view.state.stage}; nothing new is begun.`,
    remedy: `\`npx headrace resume ${run.recipe.name}\` continues from there.`,
  });
  await run.children.signalAll('pause');
  const isStill = (): boolean =>
    !run.gate.isClosed || !isTraining(run) || run.view.state.train?.paused === true;
  if (!(await condition(isStill, saveTimeout))) return 'paused; the training is still saving';
  const newest = run.view.state.train?.checkpoints.at(-1);
  return newest === undefined ? 'paused' : `paused; the newest checkpoint is ${newest.label}`;
}

async function resume(run: Run): Promise<string> {
  if (!run.gate.isClosed) return 'the run is not paused';
  run.gate.reopen();
  run.waits.remove({ kind: 'pause', what: 'pause' });
  await run.children.signalAll('resume');
  return 'the run continues';
}

async function saveCheckpoint(run: Run): Promise<string> {
  const saves = (): number => run.view.state.train?.saves ?? 0;
  const before = saves();
  await run.children.signalAll('saveCheckpoint');
  if (!(await condition(() => !isTraining(run) || saves() > before, saveTimeout)))
    return 'save requested; the training has not answered yet';
  const newest = run.view.state.train?.checkpoints.at(-1);
  return newest === undefined
    ? 'nothing was saved: no step has been trained yet'
    : `the newest checkpoint is ${newest.label}, after step ${newest.nextStep}`;
}

function isTraining(run: Run): boolean {
  return run.children.has(run.trainWorkflowId);
}
