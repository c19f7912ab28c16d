import type { StepsWithinInput } from '../../../core/contracts/training.js';
import type { TrainDeps } from '../train-deps.js';
import { TrainingBatches } from './training-batches.js';
import { readTrainingPlan } from './training-plan.js';

/**
 * The end of the steps of a segment that send no more than `tokens` tokens; `from` where the first step sends
 * more.
 */
export async function stepsWithin(
  { store }: Pick<TrainDeps, 'store'>,
  { plan, from, to, tokens }: StepsWithinInput,
): Promise<{ readonly to: number }> {
  const batches = await TrainingBatches.open(store, await readTrainingPlan(store, plan));
  let left = tokens;
  for (let step = from; step < to; step += 1) {
    left -= batches.tokensOf(step);
    if (left < 0) return { to: step };
  }
  return { to };
}
