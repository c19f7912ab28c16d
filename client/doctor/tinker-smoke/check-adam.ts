import { HeadraceError } from '../../../core/errors.js';
import type { TrainingClient } from '../../../tinker/index.js';
import { adam, distance, firstDatum, firstLoss, isSame, logprobsOf, trainStep } from './probe.js';
import { Shortcoming, type Found } from './smoke-steps.js';

/** Whether steps take their learning rate: that of a schedule changes with every step. */
export async function checkLearningRate(client: TrainingClient): Promise<Found<undefined>> {
  const start = await logprobsOf(client);
  await trainStep(client, [[firstDatum]], { ...adam, learningRate: 0 });
  const still = await logprobsOf(client);
  await trainStep(client, [[firstDatum]]);
  const moved = distance(still, await logprobsOf(client));
  if (isSame(start, still, moved)) return { value: undefined, detail: 'a step at 0 changes nothing' };
  throw new HeadraceError(
    'TinkerConformanceError',
    `a step with learning rate 0 changes the loss from ${shown(firstLoss(start))} to ${shown(firstLoss(still))}: the learning rate of a step is ignored, and with it the schedule`,
  );
}

/** Halves every weight in one step, so that the loss rises back towards that of the base model. */
const halving = { ...adam, weightDecay: 0.5 / adam.learningRate };

/** Whether steps take their weight decay. */
export async function checkWeightDecay(client: TrainingClient): Promise<Found<undefined> | Shortcoming> {
  const start = firstLoss(await logprobsOf(client));
  await trainStep(client, [[firstDatum]], halving);
  const decayed = firstLoss(await logprobsOf(client));
  const detail = `a step that halves the weights takes the loss from ${shown(start)} to ${shown(decayed)}`;
  if (decayed > start) return { value: undefined, detail };
  return new Shortcoming(
    `the server ignores weight decay: ${detail}`,
    '`train.adam.weight_decay` has no effect there.',
  );
}

/** A gradient far below eps: without moments of earlier steps it moves nothing. */
const clippedAway = { ...adam, beta1: 0, beta2: 0, gradClipNorm: 1e-14 };

/** Whether steps clip their gradient. */
export async function checkClipping(client: TrainingClient): Promise<Found<undefined> | Shortcoming> {
  const start = await logprobsOf(client);
  await trainStep(client, [[firstDatum]], clippedAway);
  const clipped = await logprobsOf(client);
  await trainStep(client, [[firstDatum]]);
  const moved = distance(clipped, await logprobsOf(client));
  if (isSame(start, clipped, moved))
    return { value: undefined, detail: 'a gradient that is clipped to nothing changes nothing' };
  return new Shortcoming(
    `the server ignores the clipping of gradients: a step that is clipped to nothing takes the loss from ${shown(firstLoss(start))} to ${shown(firstLoss(clipped))}`,
    '`train.adam.grad_clip_norm` has no effect there.',
  );
}

function shown(loss: number): string {
  return loss.toFixed(4);
}
