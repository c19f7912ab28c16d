import type { TinkerAccess } from '../../../activities/train/server/tinker-access.js';
import { isTinkerError } from '../../../activities/train/server/tinker-errors.js';
import type { Tinker, TinkerSession } from '../../../tinker/index.js';
import type { Check } from '../checks.js';
import { checkClipping, checkLearningRate, checkWeightDecay } from './check-adam.js';
import { checkTimeToLive, deleteAll, saveBoth, saveLongestName, saveUsedName } from './check-checkpoints.js';
import { checkResume } from './check-resume.js';
import { checkSampler } from './check-sampler.js';
import { smallestModel } from './smallest-model.js';
import { Shortcoming, SmokeSteps, type Found } from './smoke-steps.js';
import { trainFirst } from './train-first.js';

export interface TinkerSmokeOptions {
  readonly access: TinkerAccess;
  /** @default the smallest that the server trains, by the size in its name */
  readonly baseModel?: string | undefined;
  readonly signal: AbortSignal;
  /** Called after each step, with what it found. */
  readonly onCheck: (check: Check) => void;
}

/**
 * Makes every kind of call that a run makes to a Tinker server, at the smallest size, and compares what the
 * server does with what the calls mean. On the hosted service it costs a few hundred tokens.
 *
 * @throws the reason of an abort.
 */
export async function tinkerSmoke({ access, baseModel, signal, onCheck }: TinkerSmokeOptions): Promise<void> {
  const steps = new SmokeSteps(access, signal, onCheck);
  const model = await steps.run('capabilities', async () => {
    const server = await access.describeServer(signal);
    const value = baseModel ?? smallestModel(server);
    return { value, detail: `${server.description} trains ${server.models.length} models; taking ${value}` };
  });
  if (model === undefined) return;
  const opened = await steps.run('session', async () => {
    const tinker = await access.connect(signal);
    const session = await tinker.openSession({ displayName: 'headrace smoke', signal });
    return { value: { tinker, session }, detail: session.id };
  });
  if (opened === undefined) return;
  const { tinker, session } = opened;
  const saved: string[] = [];
  try {
    await exercise(steps, tinker, session, model, saved, signal);
    if (saved.length > 0) await steps.run('delete', () => deleteAll(tinker, saved, signal));
    await steps.run('billing', () => readBilling(tinker, signal));
  } finally {
    await session.finish('success').catch(() => undefined);
  }
}

/** A step without which the next ones mean nothing ends the exercise. */
async function exercise(
  steps: SmokeSteps,
  tinker: Tinker,
  session: TinkerSession,
  baseModel: string,
  saved: string[],
  signal: AbortSignal,
): Promise<void> {
  const live = await steps.run('create', async () => {
    const value = await session.createLoraTrainingClient({ baseModel, rank: 8, seed: 0 });
    return { value, detail: `a LoRA of rank 8 on ${baseModel}: ${value.modelId}` };
  });
  if (live === undefined) return;
  const trained = await steps.run('train', () => trainFirst(live));
  if (trained === undefined) return;
  const paths = await steps.run('save', () => saveBoth(live, saved));
  if (paths === undefined) return;
  const loaded = await checkResume(steps, session, live, trained, paths.state);
  if (loaded !== undefined) {
    await steps.run('learning rate', () => checkLearningRate(loaded.weightsAlone));
    await steps.run('weight decay', () => checkWeightDecay(loaded.resumed));
    await steps.run('gradient clipping', () => checkClipping(loaded.resumed));
  }
  await steps.run('sample', () => checkSampler(session, baseModel, paths.sampler, trained, signal));
  await steps.run('time to live', () => checkTimeToLive(tinker, live, paths, signal));
  await steps.run('used name', () => saveUsedName(tinker, live, paths.state, signal));
  if (loaded?.weightsAlone.isAlive === true)
    await steps.run('long label', () => saveLongestName(loaded.weightsAlone, saved));
}

async function readBilling(tinker: Tinker, signal: AbortSignal): Promise<Found<undefined> | Shortcoming> {
  const now = Date.now();
  try {
    const billed = await tinker.billedTokens(now, now, signal);
    const tokens = billed.reduce((sum, each) => sum + each.tokens, 0);
    return { value: undefined, detail: `${tokens} tokens in this hour so far; it lags` };
  } catch (error) {
    if (!isTinkerError(error, 'not-found', 'auth', 'request')) throw error;
    return new Shortcoming(
      'this key sees no billing there',
      '`npx headrace cost RUN` then shows the tokens as they were planned and trained.',
    );
  }
}
