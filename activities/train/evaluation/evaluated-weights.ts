import type { SamplingClient, Tinker, TinkerSession } from '../../../tinker/index.js';
import type { StoredRecord } from '../records/records.js';
import { isTinkerError } from '../server/tinker-errors.js';
import type { TrainingPlanMeta } from '../steps/training-plan.js';

/** Weights to evaluate, and how samples.jsonl names them. */
export interface EvaluatedWeights {
  /** Steps trained. */
  readonly step: number;
  readonly label: string;
  readonly weights: Weights;
}

export type Weights =
  | { readonly baseModel: string }
  /** A checkpoint. Its state has the same weights and is loaded where the sampler weights have expired. */
  | { readonly samplerPath: string; readonly statePath: string }
  /** A state without sampler weights. */
  | { readonly statePath: string };

/** What the training starts from: the base model, or the weights of `train.from`. */
export function startingWeights({ train }: TrainingPlanMeta): EvaluatedWeights {
  return train.from === undefined
    ? { step: 0, label: 'base', weights: { baseModel: train.base_model } }
    : { step: 0, label: 'start', weights: { statePath: train.from } };
}

/** The weights that a segment saved. */
export function checkpointWeights(
  record: Pick<StoredRecord, 'nextStep' | 'label' | 'samplerPath' | 'statePath'>,
): EvaluatedWeights {
  const { nextStep, label, samplerPath, statePath } = record;
  return { step: nextStep, label, weights: { samplerPath, statePath } };
}

const temporaryName = 'headrace-evaluation';
/** Seconds: temporary sampler weights are deleted after use, and expire where that fails. */
const temporaryTtlSeconds = 3_600;

/**
 * Runs `use` with a client that samples from the weights. Saves temporary sampler weights where there are
 * none.
 */
export async function withSampler<T>(
  tinker: Tinker,
  session: TinkerSession,
  weights: Weights,
  use: (client: SamplingClient) => Promise<T>,
): Promise<T> {
  if ('baseModel' in weights) return await use(await session.createSamplingClient(weights));
  const saved = 'samplerPath' in weights ? await savedSampler(session, weights.samplerPath) : undefined;
  if (saved !== undefined) return await use(saved);
  const loaded = await session.createFromState(weights.statePath, { optimizer: false });
  const options = { ttlSeconds: temporaryTtlSeconds };
  const modelPath = await loaded.saveWeightsForSampler(temporaryName, options).result;
  try {
    return await use(await session.createSamplingClient({ modelPath }));
  } finally {
    await tinker.deleteCheckpoint(modelPath).catch(() => undefined);
  }
}

/** `undefined` where the sampler weights have expired: a run that waits renews its states only. */
async function savedSampler(session: TinkerSession, modelPath: string): Promise<SamplingClient | undefined> {
  try {
    return await session.createSamplingClient({ modelPath });
  } catch (error) {
    if (isTinkerError(error, 'not-found')) return undefined;
    throw error;
  }
}
