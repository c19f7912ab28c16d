import type {
  SegmentRecordRef,
  TrainSegmentInput,
  TrainSegmentResult,
} from '../../core/contracts/training.js';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import { checkpointLabel } from '../../core/labels.js';
import type { WorkContext } from '../../core/progress.js';
import { learningRateAt } from '../../core/training/schedule.js';
import { placeOfStep } from '../../core/training/steps.js';
import type { AdamParams, Pending } from '../../tinker/index.js';
import { finishQuietly, type LiveClient } from './server/live-clients.js';
import { putMetrics } from './records/segment-metrics.js';
import { runSteps } from './steps/step-loop.js';
import { isStopAndSave } from './steps/stop-and-save.js';
import { previousSession } from './server/previous-session.js';
import { isTinkerError, withTinkerErrors } from './server/tinker-errors.js';
import type { TrainDeps } from './train-deps.js';
import { TrainingBatches } from './steps/training-batches.js';
import {
  parametersKey,
  readTrainingPlan,
  scheduleOf,
  stepRuleOf,
  type TrainingPlanMeta,
} from './steps/training-plan.js';

/**
 * Trains the steps `[from, to)` in a Tinker run that no other attempt uses, and saves state and sampler weights under the
 * segment's label. Nothing refers to what it saved until `recordSegment` does: an attempt that dies, or whose answer
 * Temporal does not take, leaves no trace in the training.
 *
 * Aborted with `StopAndSave` it finishes the steps in flight, saves and returns early; with any other reason it stops.
 *
 * @throws {HeadraceError} CheckpointLostError where the predecessor's state is gone; TinkerClientDeadError and
 * TinkerUnavailableError, after which a new attempt starts from the predecessor again.
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
  return await withTinkerErrors(plan.server.description, work.signal, async () => {
    const batches = await TrainingBatches.open(deps.store, plan);
    try {
      const live = await takeClient(deps, plan, input, work);
      return await trainWith(deps, plan, input, live, batches, work);
    } finally {
      await batches.close();
    }
  });
}

/** The part of a live client that there is before it: its connection tells it what calls wait for. */
type Waiting = Pick<LiveClient, 'onWait'>;

/** The client that saved the predecessor's state, where it is still here; else a new run. Tells the session first of all. */
async function takeClient(
  deps: TrainDeps,
  plan: TrainingPlanMeta,
  { from, to, predecessor }: TrainSegmentInput,
  work: WorkContext,
): Promise<LiveClient> {
  const tell = (sessionId: string, note?: string): void =>
    report(work, plan, sessionId, { from, to, done: from, ...defined({ note }) });
  const left = previousSession(work);
  const kept =
    predecessor === null || left !== undefined
      ? undefined
      : deps.live.checkOut(predecessor.statePath, plan.server.identity);
  if (kept !== undefined) {
    tell(kept.session.id);
    return kept;
  }
  const waiting: Waiting = { onWait: () => undefined };
  const tinker = await deps.access.connect(work.signal, (message) => waiting.onWait(message));
  if (left !== undefined) await tinker.finishSession(left, 'interrupted');
  const life = new AbortController();
  const unlink = linkAbort(work.signal, life);
  try {
    const session = await tinker.openSession({ displayName: `headrace ${plan.name}`, signal: life.signal });
    tell(session.id);
    waiting.onWait = (note) => tell(session.id, note);
    try {
      const client = await newClient(session, plan, predecessor);
      return Object.assign(waiting, { session, server: plan.server.identity, life, client });
    } catch (error) {
      await session.finish('errored').catch(() => undefined);
      throw error;
    }
  } finally {
    unlink();
  }
}

async function newClient(
  session: LiveClient['session'],
  plan: TrainingPlanMeta,
  predecessor: SegmentRecordRef | null,
): Promise<LiveClient['client']> {
  const userMetadata = { headrace: plan.name };
  const { base_model: baseModel, from, lora } = plan.train;
  if (predecessor === null && from === undefined)
    return session.createLoraTrainingClient({ baseModel, ...lora, userMetadata });
  // A training that begins from another one's weights has a schedule, and so an optimizer, of its own.
  if (predecessor === null) return session.createFromState(from ?? '', { optimizer: false, userMetadata });
  try {
    return await session.createFromState(predecessor.statePath, { optimizer: true, userMetadata });
  } catch (error) {
    if (!isTinkerError(error, 'not-found')) throw error;
    throw new HeadraceError(
      'CheckpointLostError',
      `${plan.server.description} no longer has the state of step ${predecessor.nextStep}, ${predecessor.statePath}`,
      { cause: error },
    );
  }
}

async function trainWith(
  deps: TrainDeps,
  plan: TrainingPlanMeta,
  { from, to }: TrainSegmentInput,
  live: LiveClient,
  batches: TrainingBatches,
  work: WorkContext,
): Promise<TrainSegmentResult> {
  const unlink = linkAbort(work.signal, live.life);
  let done = from;
  const tell = (note: string): void => report(work, plan, live.session.id, { from, to, done, note });
  live.onWait = tell;
  try {
    const rule = stepRuleOf(plan);
    let saves: Saves | undefined;
    const steps = await runSteps({
      client: live.client,
      from,
      to,
      totalSteps: plan.totalSteps,
      placeOf: (step) => placeOfStep(rule, step),
      batchOf: (step) => batches.batch(step),
      adamOf: (step) => adamOf(plan, step),
      signal: work.signal,
      // Submitted behind the last step at once, so that the server does not wait for us to read its results.
      onSubmitted: (nextStep) => {
        saves = submitSaves(plan, live.client, nextStep);
      },
      onStep: ({ step, train_mean_nll }) => {
        done = step + 1;
        tell(`loss ${train_mean_nll.toFixed(3)}`);
      },
    });
    const [first, last] = [steps[0], steps.at(-1)];
    // Asked to stop before the first step: there is nothing to save, and the segment starts anew.
    if (first === undefined || last === undefined || saves === undefined) throw work.signal.reason;

    const { nextStep, final, label, state, sampler } = saves;
    tell(`saving ${label}`);
    const [statePath, samplerPath] = await Promise.all([state.result, sampler.result]);
    const metrics = await putMetrics(deps.store, parametersKey(plan), statePath, steps);
    if (final || work.signal.aborted) await finishQuietly(live, 'success');
    else deps.live.park(statePath, live);
    return {
      nextStep,
      statePath,
      samplerPath,
      label,
      final,
      metrics,
      firstLoss: first.train_mean_nll,
      lastLoss: last.train_mean_nll,
    };
  } catch (error) {
    live.life.abort(error);
    await finishQuietly(live, work.signal.aborted ? 'interrupted' : 'errored');
    throw error;
  } finally {
    live.onWait = () => undefined;
    unlink();
  }
}

interface Saves {
  readonly nextStep: number;
  readonly final: boolean;
  readonly label: string;
  readonly state: Pending<string>;
  readonly sampler: Pending<string>;
}

function submitSaves(plan: TrainingPlanMeta, client: LiveClient['client'], nextStep: number): Saves {
  const final = nextStep === plan.totalSteps;
  const label = checkpointLabel(plan.label, nextStep, final);
  const options = { ttlSeconds: plan.train.ttl_seconds };
  const state = client.saveState(label, options);
  return { nextStep, final, label, state, sampler: client.saveWeightsForSampler(label, options) };
}

function adamOf(plan: TrainingPlanMeta, step: number): AdamParams {
  const { beta1, beta2, eps, weight_decay, grad_clip_norm } = plan.train.adam;
  return {
    learningRate: learningRateAt(scheduleOf(plan), step),
    beta1,
    beta2,
    eps,
    weightDecay: weight_decay,
    gradClipNorm: grad_clip_norm,
  };
}

/** Passes an abort on, save one that asks to save first. */
function linkAbort(signal: AbortSignal, life: AbortController): () => void {
  const pass = (): void => {
    if (!isStopAndSave(signal)) life.abort(signal.reason);
  };
  if (signal.aborted) pass();
  signal.addEventListener('abort', pass, { once: true });
  return () => signal.removeEventListener('abort', pass);
}

/** The heartbeat of a segment: `resume.sessionId` lets the next attempt end what this one leaves behind. */
function report(
  work: WorkContext,
  plan: TrainingPlanMeta,
  sessionId: string,
  at: { readonly from: number; readonly to: number; readonly done: number; readonly note?: string },
): void {
  work.progress({
    stage: 'train',
    label: `steps ${at.from} to ${at.to - 1}`,
    done: at.done,
    total: plan.totalSteps,
    unit: 'steps',
    ...defined({ note: at.note }),
    resume: { sessionId },
  });
}
