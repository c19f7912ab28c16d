import { HeadraceError } from '../../../core/errors.js';
import { meanNll, type TrainingDatum } from '../../../core/training/datum.js';
import type { StepMetrics } from '../../../core/training/step-metrics.js';
import type { StepPlace } from '../../../core/training/steps.js';
import {
  crossEntropyDatum,
  type AdamParams,
  type ForwardBackwardOutput,
  type Pending,
  type TrainingClient,
} from '../../../tinker/index.js';
import { isStopAndSave } from './stop-and-save.js';

export interface StepLoopOptions<Submitted> {
  readonly client: TrainingClient;
  /** Steps `[from, to)`. */
  readonly from: number;
  /** exclusive */
  readonly to: number;
  readonly totalSteps: number;
  readonly placeOf: (step: number) => StepPlace;
  readonly batchOf: (step: number) => Promise<readonly TrainingDatum[]>;
  readonly adamOf: (step: number) => AdamParams;
  readonly signal: AbortSignal;
  /** Called when the result of a step has arrived. */
  readonly onStep: (metrics: StepMetrics) => void;
  /**
   * Called when the last step is submitted, before its result arrives. `nextStep` is the first step not
   * submitted.
   */
  readonly afterLast: (nextStep: number) => Submitted;
}

export interface StepLoopResult<Submitted> {
  /** In order: the weights hold the steps `[from, from + metrics.length)`. */
  readonly metrics: readonly StepMetrics[];
  /** What `afterLast` returned; `undefined` where no step was submitted. */
  readonly submitted: Submitted | undefined;
}

/** Steps in flight beside the oldest, so that the server never waits for the network. */
const stepsAhead = 2;

interface StepInFlight {
  readonly step: number;
  readonly batch: readonly TrainingDatum[];
  readonly learningRate: number;
  readonly forward: Pending<ForwardBackwardOutput>;
  readonly optimizer: Pending<unknown>;
}

/**
 * Trains steps, several in flight at once. Aborted with {@link StopAndSave} it finishes the steps in flight
 * and submits no more.
 *
 * @throws {HeadraceError} TinkerRequestError, where the loss of a step is not finite.
 */
export async function runSteps<Submitted>(
  options: StepLoopOptions<Submitted>,
): Promise<StepLoopResult<Submitted>> {
  const { from, to, signal } = options;
  const metrics: StepMetrics[] = [];
  const inFlight: StepInFlight[] = [];
  const finishOldest = async (): Promise<void> => {
    const oldest = inFlight.shift();
    if (oldest === undefined) return;
    const measured = await resultOf(options, oldest);
    metrics.push(measured);
    options.onStep(measured);
  };
  let step = from;
  for (; step < to && !isStopAndSave(signal); step += 1) {
    signal.throwIfAborted();
    inFlight.push(await submitStep(options, step));
    if (inFlight.length > stepsAhead) await finishOldest();
  }
  const submitted = step > from ? options.afterLast(step) : undefined;
  while (inFlight.length > 0) await finishOldest();
  return { metrics, submitted };
}

async function submitStep<Submitted>(
  { client, batchOf, adamOf }: StepLoopOptions<Submitted>,
  step: number,
): Promise<StepInFlight> {
  const batch = await batchOf(step);
  const adam = adamOf(step);
  const datums = batch.map(({ tokens, targetTokens, weights }) =>
    crossEntropyDatum(tokens, targetTokens, weights),
  );
  return {
    step,
    batch,
    learningRate: adam.learningRate,
    forward: client.forwardBackward(datums, 'cross_entropy'),
    optimizer: client.optimStep(adam),
  };
}

async function resultOf<Submitted>(
  options: StepLoopOptions<Submitted>,
  inFlight: StepInFlight,
): Promise<StepMetrics> {
  const { outputs } = await inFlight.forward.result;
  await inFlight.optimizer.result;
  return metricsOf(options, inFlight, outputs);
}

function metricsOf(
  { placeOf, totalSteps }: Pick<StepLoopOptions<unknown>, 'placeOf' | 'totalSteps'>,
  { step, batch, learningRate }: StepInFlight,
  outputs: ForwardBackwardOutput['outputs'],
): StepMetrics {
  const measured = batch.map(({ weights }, at) => ({ weights, logprobs: outputs[at]?.['logprobs'] ?? [] }));
  const nll = meanNll(measured);
  if (!Number.isFinite(nll))
    throw new HeadraceError(
      'TinkerRequestError',
      `The loss of step ${step} is ${nll}: the training has diverged`,
      {
        remedy: 'Lower train.learning_rate or set train.adam.grad_clip_norm, and start again.',
      },
    );
  return {
    step,
    epoch: placeOf(step).epoch,
    train_mean_nll: nll,
    learning_rate: learningRate,
    num_sequences: batch.length,
    num_tokens: batch.reduce((sum, { tokens }) => sum + tokens.length, 0),
    num_loss_tokens: batch.reduce(
      (sum, { weights }) => sum + weights.filter((weight) => weight > 0).length,
      0,
    ),
    progress: (step + 1) / totalSteps,
  };
}
