import type { Command } from 'commander';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { fetchTokenizer } from '../../activities/hub/fetch-tokenizer.js';
import { importedTokenizer } from '../../activities/tokenise/tokenizer/imported-tokenizer.js';
import { createTinkerAccess } from '../../activities/train/server/tinker-access.js';
import { dayOf } from '../../core/day.js';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import { action } from '../command-line/action.js';
import { integer, number } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { openLocalWork } from '../local-work.js';
import { checkpointLabelled, readCheckpoints } from '../runs/checkpoints.js';
import { requireRun } from '../runs/find-run.js';
import { outOf, recipeOfRun } from '../runs/run-memo.js';
import { withTemporal } from '../temporal/connect.js';
import { print, say } from '../text/output.js';
import { sampleFrom } from '../tinker/sample-from.js';
import type { SampleFromOptions } from '../tinker/sample-from.js';

type Weights = Pick<
  SampleFromOptions,
  'from' | 'renderer' | 'tokenizer' | 'readFolder' | 'settings' | 'startedOn'
>;

interface SampleOptions {
  readonly checkpoint?: string;
  readonly base?: boolean;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly seed?: number;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command('sample')
    .description("answer a prompt with a run's newest checkpoint, or with any tinker:// sampler weights")
    .argument('<run>', "the recipe's name, or a tinker://…/sampler_weights/… path")
    .argument('<prompt>')
    .option('--checkpoint <label>', 'another checkpoint of the run')
    .option('--base', 'the base model instead')
    .option('--max-tokens <n>', 'default 400', integer)
    .option('--temperature <t>', 'default 0: greedy', number)
    .option('--seed <n>', 'seed of the sampling', integer)
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      exampleText(
        ['sample stage1 "What should I read next?"', 'the newest checkpoint'],
        ['sample stage1 "What should I read next?" --base', 'the base model, to compare'],
      ),
    )
    .action(action(sample));
}

async function sample(from: string, prompt: string, options: SampleOptions): Promise<ExitCode> {
  const { store, env, hub, work } = await openLocalWork();
  const { maxTokens, temperature, seed } = options;
  const answer = await sampleFrom({
    access: createTinkerAccess({ env, onWarning: say }),
    fetchTokenizer: async (id, revision, signal) => await fetchTokenizer(hub, { id, revision }, signal),
    ...(await weightsOf(store, from, options)),
    messages: [{ role: 'user', content: prompt }],
    ...defined({ maxTokens, temperature, seed }),
    signal: work.signal,
  });
  print(options.json === true ? JSON.stringify(answer) : answer.answer);
  return exitCodes.done;
}

/** The weights to sample from, and how the run writes conversations for them. */
async function weightsOf(store: ArtifactStore, from: string, options: SampleOptions): Promise<Weights> {
  if (from.startsWith('tinker://')) return { from: { samplerPath: from } };
  return await withTemporal(async (temporal) => {
    const run = await requireRun(temporal, from);
    const { train, out } = recipeOfRun(run).recipe;
    if (train === undefined)
      throw new HeadraceError('UsageError', `${from} is a data job: it has no weights to sample from`);
    const { base_model: baseModel, renderer, tokenizer } = train;
    const startedOn = dayOf(run.startTime);
    const readFolder =
      store.medium.kind === 'folder'
        ? undefined
        : (folder: string) => importedTokenizer(store, { folder, out });
    const encoding = { ...defined({ renderer, tokenizer, readFolder }), settings: train, startedOn };
    if (options.base === true) return { from: { baseModel }, ...encoding };
    const checkpoints = await readCheckpoints(outOf(run));
    const { sampler_path: samplerPath } = checkpointLabelled(checkpoints, options.checkpoint, from);
    return { from: { samplerPath, baseModel }, ...encoding };
  });
}
