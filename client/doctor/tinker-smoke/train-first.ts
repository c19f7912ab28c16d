import { HeadraceError } from '../../../core/errors.js';
import type { TrainingClient } from '../../../tinker/index.js';
import { firstDatum, firstLoss, logprobsOf, trainStep, type Logprobs } from './probe.js';
import type { Found } from './smoke-steps.js';

/** Enough for the optimizer to have moments that a reset would show. */
const firstSteps = 3;

/** Fingerprints of a model around its first steps. */
export interface Trained {
  readonly before: Logprobs;
  readonly after: Logprobs;
}

/** Trains the first steps. @throws {HeadraceError} TinkerConformanceError, where the loss does not fall. */
export async function trainFirst(client: TrainingClient): Promise<Found<Trained>> {
  const seen = [await logprobsOf(client)];
  for (let step = 0; step < firstSteps; step += 1) {
    await trainStep(client, [[firstDatum]]);
    seen.push(await logprobsOf(client));
  }
  const losses = seen.map(firstLoss);
  const detail = `loss ${losses.map((loss) => loss.toFixed(4)).join(' → ')}`;
  const [before, after] = [seen[0], seen.at(-1)];
  const fell = (losses[0] ?? 0) > (losses.at(-1) ?? 0);
  if (before !== undefined && after !== undefined && fell) return { value: { before, after }, detail };
  throw new HeadraceError('TinkerConformanceError', `training does not lower the loss: ${detail}`);
}
