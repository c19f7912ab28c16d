import { isTinkerError } from '../../../activities/train/server/tinker-errors.js';
import { HeadraceError } from '../../../core/errors.js';
import type { TinkerSession } from '../../../tinker/index.js';
import { distance, isSame, meanLoss, sampledLogprobs, sequences, type Logprobs } from './probe.js';
import type { Found } from './smoke-steps.js';
import type { Trained } from './train-first.js';

/**
 * Samples from the saved weights, whose log-probabilities must be those of the state that was saved with
 * them: not of the base model, and not of the live model, which has moved on. Servers sample and train with
 * different programs, and some sample with quantized weights; so it is the change from the base model that is
 * compared, each program with itself.
 */
export async function checkSampler(
  session: TinkerSession,
  baseModel: string,
  samplerPath: string,
  { before, after }: Trained,
  signal: AbortSignal,
): Promise<Found<undefined>> {
  const untrained = await ofBaseModel(session, baseModel, before, signal);
  const client = await session.createSamplingClient({ modelPath: samplerPath });
  const request = { promptTokens: sequences[0], maxTokens: 4, temperature: 0, signal };
  const sampled = (await client.sample(request)).sequences[0]?.tokens.length ?? 0;
  const found = await sampledLogprobs(client, signal);
  const moved = distance(before, after);
  const asTrained = found.map((each, at) => each - (untrained[at] ?? 0) + (before[at] ?? 0));
  const detail = `loss ${shown(untrained)} of the base model and ${shown(found)} of the sampler weights, ${shown(before)} and ${shown(after)} in training`;
  if (isSame(asTrained, after, moved)) return { value: undefined, detail: `${sampled} tokens; ${detail}` };
  const what = isSame(asTrained, before, moved)
    ? 'the sampler has the base model instead of the saved weights'
    : 'the log-probabilities of the sampler weights are not those of the state that was saved with them';
  throw new HeadraceError('TinkerConformanceError', `${what}: ${detail}`, {
    remedy:
      'Report it to those who run the server. Held-out losses are measured by these log-probabilities; until then only the losses of the training are right.',
  });
}

/** Those of the training where the server does not sample from the base model. */
async function ofBaseModel(
  session: TinkerSession,
  baseModel: string,
  before: Logprobs,
  signal: AbortSignal,
): Promise<Logprobs> {
  try {
    return await sampledLogprobs(await session.createSamplingClient({ baseModel }), signal);
  } catch (error) {
    if (!isTinkerError(error, 'request', 'not-found', 'failed')) throw error;
    return before;
  }
}

function shown(logprobs: Logprobs): string {
  return meanLoss(logprobs).toFixed(4);
}
