import type { ServerDescription, TinkerAccess } from '../../activities/train/server/tinker-access.js';
import { isTinkerError, withTinkerErrors } from '../../activities/train/server/tinker-errors.js';
import { HeadraceError } from '../../core/errors.js';
import {
  crossEntropyDatum,
  type Tinker,
  type TinkerSession,
  type TrainingClient,
} from '../../tinker/index.js';

export interface TinkerSmokeOptions {
  readonly access: TinkerAccess;
  /** @default the smallest that the server trains, by the size in its name */
  readonly baseModel?: string;
  readonly signal: AbortSignal;
  /** Called after each step that succeeded. */
  readonly onStep?: (step: SmokeStep) => void;
}

export interface SmokeStep {
  /** `two steps`, `save`, … */
  readonly what: string;
  readonly detail: string;
  readonly ms: number;
}

const name = 'headrace-smoke';
/** Seconds: checkpoints are deleted at the end, and expire where that fails. */
const ttlSeconds = 3_600;
/** Ids in every vocabulary. */
const tokens = [100, 101, 102, 103, 104, 105, 106, 107];
const datum = crossEntropyDatum(
  tokens.slice(0, -1),
  tokens.slice(1),
  tokens.slice(1).map((_, at) => (at < 3 ? 0 : 0.25)),
);
/** Nats. Two passes over equal weights differ by this much on servers that compute in bfloat16. */
const sameWithin = 0.1;

/**
 * Makes every kind of call that a run makes to a Tinker server, at the smallest size: two steps on eight
 * tokens, save, load, sample, delete. On the hosted service it costs a few dozen tokens.
 *
 * @throws {HeadraceError} what connecting throws; TinkerRequestError and the like, whose message begins with
 * the step that failed.
 */
export async function tinkerSmoke(options: TinkerSmokeOptions): Promise<readonly SmokeStep[]> {
  const { access, signal } = options;
  const done: SmokeStep[] = [];
  const step = async <T>(what: string, act: () => Promise<[T, string]>): Promise<T> => {
    const startedMs = performance.now();
    try {
      const [result, detail] = await withTinkerErrors(access.baseUrl, signal, act);
      const taken = { what, detail, ms: Math.round(performance.now() - startedMs) };
      done.push(taken);
      options.onStep?.(taken);
      return result;
    } catch (error) {
      if (!(error instanceof HeadraceError)) throw error;
      const { remedy, cause } = error;
      throw new HeadraceError(error.type, `${what}: ${error.message}`, { remedy, cause });
    }
  };
  const baseModel = await step('capabilities', async () => {
    const server = await access.describeServer(signal);
    const chosen = options.baseModel ?? smallestOf(server);
    return [chosen, `${server.description} trains ${server.models.length} models; taking ${chosen}`];
  });
  const tinker = await access.connect(signal);
  const session = await step('session', async () => {
    const opened = await tinker.openSession({ displayName: 'headrace smoke', signal });
    return [opened, opened.id];
  });
  const saved: string[] = [];
  try {
    await exercise(tinker, session, baseModel, saved, step, signal);
    return done;
  } catch (error) {
    // The first failure is reported. What is left has a TTL.
    for (const path of saved) await tinker.deleteCheckpoint(path).catch(() => undefined);
    throw error;
  } finally {
    await session.finish('success').catch(() => undefined);
  }
}

type Step = <T>(what: string, act: () => Promise<[T, string]>) => Promise<T>;

async function exercise(
  tinker: Tinker,
  session: TinkerSession,
  baseModel: string,
  saved: string[],
  step: Step,
  signal: AbortSignal,
): Promise<void> {
  const client = await step('create', async () => {
    const created = await session.createLoraTrainingClient({ baseModel, rank: 8, seed: 0 });
    return [created, `a LoRA of rank 8 on ${baseModel}: ${created.modelId}`];
  });
  const trained = await step('two steps', async () => {
    const losses: number[] = [];
    for (let at = 0; at < 2; at += 1) {
      const forward = client.forwardBackward([datum], 'cross_entropy');
      const optimizer = client.optimStep({ learningRate: 1e-4, eps: 1e-8 });
      losses.push(lossOf((await forward.result).outputs[0]?.['logprobs']));
      await optimizer.result;
    }
    losses.push(await forwardLoss(client));
    return [losses[2] ?? Number.NaN, `loss ${losses.map((loss) => loss.toFixed(4)).join(' → ')}`];
  });
  const statePath = await step('save', async () => {
    const state = client.saveState(name, { ttlSeconds });
    const sampler = client.saveWeightsForSampler(name, { ttlSeconds });
    saved.push(await state.result, await sampler.result);
    return [saved[0] ?? '', saved.join(', ')];
  });
  await step('load', async () => {
    const loaded = await session.createFromState(statePath, { optimizer: true });
    const loss = await forwardLoss(loaded);
    if (!(Math.abs(loss - trained) <= sameWithin))
      throw new HeadraceError(
        'TinkerRequestError',
        `the loaded state has loss ${loss}, the saved model ${trained}`,
      );
    return [undefined, `the same loss from the saved state: ${loss.toFixed(4)}`];
  });
  await step('sample', async () => {
    const sampling = await session.createSamplingClient({ modelPath: saved[1] ?? '' });
    const request = { promptTokens: tokens, maxTokens: 4, temperature: 0, signal };
    const { sequences } = await sampling.sample(request);
    const logprobs = await sampling.computeLogprobs(tokens, signal);
    const known = logprobs.filter((each) => each !== null).length;
    return [undefined, `${sequences[0]?.tokens.length ?? 0} tokens, and log-probabilities of ${known}`];
  });
  await step('delete', async () => {
    try {
      for (const path of saved) await tinker.deleteCheckpoint(path, signal);
    } catch (error) {
      // SkyRL deletes nothing.
      if (!isTinkerError(error, 'request')) throw error;
      return [undefined, 'this server deletes no checkpoints'];
    }
    return [undefined, `${saved.length} checkpoints`];
  });
}

async function forwardLoss(client: TrainingClient): Promise<number> {
  const { outputs } = await client.forward([datum], 'cross_entropy').result;
  return lossOf(outputs[0]?.['logprobs']);
}

/**
 * Mean over the trained tokens, in nats.
 *
 * @throws {HeadraceError} where an answer is missing or not a number.
 */
function lossOf(logprobs: ArrayLike<number> | undefined): number {
  const trained = Array.from(logprobs ?? []).slice(3);
  const loss = -trained.reduce((sum, each) => sum + each, 0) / trained.length;
  if (Number.isFinite(loss) && trained.length === 4) return loss;
  throw new HeadraceError('TinkerRequestError', `the server answered no loss: ${trained.join(', ')}`);
}

/** "Qwen3-30B-A3B" counts as 30. A name without a size comes last. */
function smallestOf({ models, description }: ServerDescription): string {
  const sizeOf = (model: string): number =>
    Number(/(?:^|[^A-Za-z0-9])(\d+(?:\.\d+)?)B\b/i.exec(model)?.[1] ?? Infinity);
  const [smallest] = models
    .filter(({ trainable }) => trainable)
    .map((model) => model.name)
    .sort((a, b) => sizeOf(a) - sizeOf(b) || (a < b ? -1 : 1));
  if (smallest !== undefined) return smallest;
  throw new HeadraceError('BaseModelError', `${description} lists no model that it trains; name one`);
}
