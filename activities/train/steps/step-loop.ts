import type { StepMetrics } from '../../../core/training/step-metrics.js';
import { HeadraceError } from '../../../core/errors.js';
import { meanNll, type TrainingDatum } from '../../../core/training/datum.js';
import type { StepPlace } from '../../../core/training/steps.js';
import {
  crossEntropyDatum,
  type AdamParams,
  type ForwardBackwardOutput,
  type Pending,
  type TrainingClient,
} from '../../../tinker/index.js';
import { isStopAndSave } from './stop-and-save.js';

export interface StepLoopOptions {
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
  readonly onStep: (metrics: StepMetrics) => void;
  /** Every step is submitted, up to and without `nextStep`; results are still on their way. */
  readonly onSubmitted: (nextStep: number) => void;
}

/** Steps that are submitted before the result of the oldest is awaited, so that the server never waits for the network. */
const stepsAhead = 2;

interface StepInFlight {
  readonly step: number;
  readonly batch: readonly TrainingDatum[];
  readonly learningRate: number;
  readonly forward: Pending<ForwardBackwardOutput>;
  readonly optimizer: Pending<unknown>;
}

/**
 * Trains steps and returns their metrics, in order: `[from, from + metrics.length)` is what the weights hold. With
 * {@link StopAndSave} the steps in flight are finished and no more are begun.
 */
export async function runSteps(options: StepLoopOptions): Promise<StepMetrics[]> {
  const { client, from, to, signal } = options;
  const metrics: StepMetrics[] = [];
  const inFlight: StepInFlight[] = [];
  const finishOldest = async (): Promise<void> => {
    const oldest = inFlight.shift();
    if (oldest === undefined) return;
    const { outputs } = await oldest.forward.result;
    await oldest.optimizer.result;
    const measured = metricsOf(options, oldest, outputs);
    metrics.push(measured);
    options.onStep(measured);
  };
  let step = from;
  for (; step < to && !isStopAndSave(signal); step += 1) {
    signal.throwIfAborted();
    const batch = await options.batchOf(step);
    const adam = options.adamOf(step);
    const datums = batch.map(({ tokens, targetTokens, weights }) =>
      crossEntropyDatum(tokens, targetTokens, weights),
    );
    inFlight.push({
      step,
      batch,
      learningRate: adam.learningRate,
      forward: client.forwardBackward(datums, 'cross_entropy'),
      optimizer: client.optimStep(adam),
    });
    if (inFlight.length > stepsAhead) await finishOldest();
  }
  if (step > from) options.onSubmitted(step);
  while (inFlight.length > 0) await finishOldest();
  return metrics;
}

function metricsOf(
  { placeOf, totalSteps }: StepLoopOptions,
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
