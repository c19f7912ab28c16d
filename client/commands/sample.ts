import { fetchTokenizer } from '../../activities/hub/fetch-tokenizer.js';
import { defaultStoreRoot, openStore } from '../../activities/artifacts/store.js';
import { createHubAccess } from '../../activities/hub/hub-access.js';
import { sampleFrom } from '../tinker/sample-from.js';
import type { SampleFromOptions } from '../tinker/sample-from.js';
import { createTinkerAccess } from '../../activities/train/server/tinker-access.js';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import { workerEnvironment } from '../../worker/environment.js';
import { labelled } from './checkpoints.js';
import { connected, print, say } from '../text/output.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { outOf, recipeOfRun, requireRun } from '../runs/start-run.js';
import { secrets } from '../secrets.js';
import { readCheckpoints } from '../text/result.js';

export interface SampleOptions {
  readonly checkpoint?: string;
  readonly base?: boolean;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly seed?: number;
  readonly json?: boolean;
}

/** `headrace sample`: lets a run's newest checkpoint, a named one or any `tinker://` path answer a prompt. */
export async function sample(from: string, prompt: string, options: SampleOptions): Promise<ExitCode> {
  const env = await workerEnvironment(process.env, defaultStoreRoot());
  const access = createTinkerAccess({ env, onWarning: say });
  const hub = createHubAccess({
    store: await openStore(defaultStoreRoot()),
    env,
    onToken: (token) => secrets.learn(token),
  });
  const { maxTokens, temperature, seed } = options;
  const said = await sampleFrom({
    access,
    fetchTokenizer: async (id, revision, signal) => await fetchTokenizer(hub, { id, revision }, signal),
    ...(await subjectOf(from, options)),
    messages: [{ role: 'user', content: prompt }],
    ...defined({ maxTokens, temperature, seed }),
    signal: new AbortController().signal,
  });
  print(options.json === true ? JSON.stringify(said) : said.answer);
  return exitCodes.done;
}

async function subjectOf(
  from: string,
  options: SampleOptions,
): Promise<Pick<SampleFromOptions, 'from' | 'renderer' | 'tokenizer'>> {
  if (from.startsWith('tinker://')) return { from: { samplerPath: from } };
  return await connected(async (temporal) => {
    const description = await requireRun(temporal, from);
    const { train } = recipeOfRun(description).recipe;
    if (train === undefined)
      throw new HeadraceError('UsageError', `${from} is a data job: it trains nothing to ask`);
    const { renderer, tokenizer } = train;
    const rules = {
      ...defined({ renderer, tokenizer }),
    };
    if (options.base === true) return { from: { baseModel: train.base_model }, ...rules };
    const found = await readCheckpoints(outOf(description));
    const { sampler_path: samplerPath } = labelled(found, options.checkpoint, from);
    return { from: { samplerPath, baseModel: train.base_model }, ...rules };
  });
}
