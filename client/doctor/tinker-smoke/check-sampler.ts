import { HeadraceError } from '../../../core/errors.js';
import type { TinkerSession } from '../../../tinker/index.js';
import { distance, isSame, meanLoss, sampledLogprobs, sequences } from './probe.js';
import type { Found } from './smoke-steps.js';
import type { Trained } from './train-first.js';

/**
 * Samples from the saved weights, whose log-probabilities must be those of the state that was saved with
 * them: not of the base model, and not of the live model, which has moved on.
 */
export async function checkSampler(
  session: TinkerSession,
  samplerPath: string,
  { before, after }: Trained,
  signal: AbortSignal,
): Promise<Found<undefined>> {
  const client = await session.createSamplingClient({ modelPath: samplerPath });
  const request = { promptTokens: sequences[0], maxTokens: 4, temperature: 0, signal };
  const sampled = (await client.sample(request)).sequences[0]?.tokens.length ?? 0;
  const found = await sampledLogprobs(client, signal);
  const loss = meanLoss(found).toFixed(4);
  if (isSame(found, after, distance(before, after)))
    return { value: undefined, detail: `${sampled} tokens, and the loss of the state: ${loss}` };
  throw new HeadraceError(
    'TinkerConformanceError',
    `the sampler weights are not those of the state that was saved with them: loss ${loss} instead of ${meanLoss(after).toFixed(4)} (${meanLoss(before).toFixed(4)} before the training)`,
  );
}
