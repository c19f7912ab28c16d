import type { TrainSegmentInput, TrainSegmentResult } from '../../core/contracts/training.js';
import type { WorkContext } from '../../core/progress.js';
import type { StepMetrics } from '../../core/training/step-metrics.js';
import { placeOfStep } from '../../core/training/steps.js';
import type { TrainingClient } from '../../tinker/index.js';
import { putMetrics } from './records/segment-metrics.js';
import { finishQuietly, type LiveClient } from './server/live-clients.js';
import { SessionProgress } from './server/session-progress.js';
import { takeClient } from './server/take-client.js';
import { withTinkerErrors } from './server/tinker-errors.js';
import { submitSaves, type SubmittedSaves } from './steps/saves.js';
import { runSteps } from './steps/step-loop.js';
import { abortWith } from './steps/stop-and-save.js';
import { TrainingBatches } from './steps/training-batches.js';
import { adamParamsAt, parametersKey, readTrainingPlan, stepRuleOf } from './steps/training-plan.js';
import type { TrainingPlanMeta } from './steps/training-plan.js';
import type { TrainDeps } from './train-deps.js';

/**
 * Trains the steps `[from, to)` in a training run that no other attempt uses, and saves state and sampler
 * weights under the segment's label. Nothing refers to these saves until `recordSegment` does: an attempt
 * that is killed, or whose result Temporal does not accept, leaves no trace in the training. The heartbeat
 * holds the session, for the next attempt to finish.
 *
 * Aborted with `StopAndSave` it finishes the steps in flight, saves and returns early; with any other reason
 * it stops.
 *
 * @throws {HeadraceError} CheckpointLostError where the predecessor's state is gone; TinkerClientDeadError
 * and TinkerUnavailableError, after which a new attempt starts from the predecessor again.
 */
export async function trainSegment(
  deps: TrainDeps,
  input: TrainSegmentInput,
  work: WorkContext,
): Promise<TrainSegmentResult> {
  const { from, to, predecessor } = input;
  const plan = await readTrainingPlan(deps.store, input.plan);
  if ((predecessor?.nextStep ?? 0) !== from || to <= from || to > plan.totalSteps)
    throw new Error(
      `Steps ${from} to ${to} do not follow step ${predecessor?.nextStep ?? 0} of ${plan.totalSteps}`,
    );
  const what = { stage: 'train', label: `steps ${from} to ${to - 1}`, unit: 'steps' } as const;
  const progress = new SessionProgress(work, what, from, plan.totalSteps);
  return await withTinkerErrors(plan.server.description, work.signal, async () => {
    const batches = await TrainingBatches.open(deps.store, plan);
    const resumed = { ...work, resume: work.resume ?? input.resume };
    const live = await takeClient(deps, plan, predecessor, resumed, progress);
    return await trainWith(live, { deps, plan, from, to, batches, progress, signal: work.signal });
  });
}

interface Segment {
  readonly deps: TrainDeps;
  readonly plan: TrainingPlanMeta;
  readonly from: number;
  /** exclusive */
  readonly to: number;
  readonly batches: TrainingBatches;
  readonly progress: SessionProgress;
  readonly signal: AbortSignal;
}

/** Trains with a client. Parks the client for the next segment, or finishes its session. */
async function trainWith(live: LiveClient, segment: Segment): Promise<TrainSegmentResult> {
  const { deps, plan, progress, signal } = segment;
  const unlink = abortWith(signal, live.life);
  live.waits.listener = progress.note;
  try {
    const { first, last, steps, saves } = await trainSteps(live.client, segment);
    const { nextStep, final, label } = saves;
    progress.note(`saving ${label}`);
    const [statePath, samplerPath] = await Promise.all([saves.state.result, saves.sampler.result]);
    const metrics = await putMetrics(deps.store, parametersKey(plan), statePath, steps);
    const parks = !final && !signal.aborted;
    if (parks) deps.live.park(statePath, live);
    else await finishQuietly(live, 'success');
    const { liveOn } = deps;
    const parked = parks && liveOn !== undefined ? { liveOn, liveSession: live.session.id } : {};
    const losses = { firstLoss: first.train_mean_nll, lastLoss: last.train_mean_nll };
    const tokens = steps.reduce((sum, { num_tokens }) => sum + num_tokens, 0);
    const result = { nextStep, tokens, statePath, samplerPath, label, final, metrics, ...losses };
    return { ...result, ...parked };
  } catch (error) {
    live.life.abort(error);
    await finishQuietly(live, signal.aborted ? 'interrupted' : 'errored');
    throw error;
  } finally {
    live.waits.listener = undefined;
    unlink();
  }
}

interface TrainedSteps {
  readonly steps: readonly StepMetrics[];
  readonly first: StepMetrics;
  readonly last: StepMetrics;
  readonly saves: SubmittedSaves;
}

/**
 * @throws the abort reason, where the segment is stopped before its first step: there is nothing to save.
 */
async function trainSteps(client: TrainingClient, segment: Segment): Promise<TrainedSteps> {
  const { plan, from, to, batches, progress, signal } = segment;
  const rule = stepRuleOf(plan);
  const { metrics: steps, submitted: saves } = await runSteps({
    client,
    from,
    to,
    totalSteps: plan.totalSteps,
    placeOf: (step) => placeOfStep(rule, step),
    batchOf: (step) => batches.batch(step),
    adamOf: (step) => adamParamsAt(plan, step),
    signal,
    // Submitted right behind the last step: the server does not wait until its results are read.
    afterLast: (nextStep) => submitSaves(plan, client, nextStep),
    onStep: ({ step, train_mean_nll }) =>
      progress.advanced(step + 1, plan.totalSteps, `loss ${train_mean_nll.toFixed(3)}`),
  });
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined || saves === undefined) throw signal.reason;
  return { steps, first, last, saves };
}
