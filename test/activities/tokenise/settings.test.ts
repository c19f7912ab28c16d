import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTokeniseActivities } from '../../../activities/tokenise/index.js';
import { TokenReader } from '../../../activities/tokenise/pieces/token-reader.js';
import { readTokens } from '../../../activities/tokenise/pieces/tokens-artifact.js';
import type { ArtifactStore } from '../../../activities/artifacts/store.js';
import { createTextEncoder } from '../../../activities/tokenise/tokenizer/text-encoder.js';
import { readTokenizerFiles } from '../../../activities/tokenise/tokenizer/tokenizer-files.js';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import type { RendererName } from '../../../core/recipe.js';
import { rendererNamed } from '../../../core/training/families/index.js';
import { packagePath } from '../../../files/package-path.js';
import { assistant, putMix, temporaryStore, train, user } from '../../support/mix-artifact.js';
import { quietWork } from '../../support/work.js';
import { planTokens } from '../../support/plan-tokens.js';

const oneThread = new ThreadPool(1);

interface Tokenised {
  readonly plan: string;
  readonly reused: number;
  /** The first example, decoded. */
  readonly text: string;
}

/** Tokenises one conversation in a run that starts on a day. */
async function tokenise(
  store: ArtifactStore,
  tokenizer: string,
  renderer: RendererName,
  startedOn: string,
  change: Record<string, unknown> = {},
): Promise<Tokenised> {
  const { mixPlan } = await putMix(store, {
    train: [{ source: 0, messages: [user('Hi'), assistant('Hello!')] }],
    sources: ['a'],
  });
  const activities = createTokeniseActivities({ store, tokenizers: {}, threads: oneThread });
  const folder = packagePath(`test/golden/tokenizers/${tokenizer}`);
  const recipe = train({ base_model: 'a/b', renderer, tokenizer: folder, ...change });
  const { plan } = await planTokens(activities, mixPlan, { train: recipe, startedOn });
  const { reusedPieces } = await activities.tokenisePieces({ plan, from: 0, to: 1 }, quietWork());
  const { tokens } = await activities.finishTokens({ plan }, quietWork());
  const reader = await TokenReader.open(store, await readTokens(store, tokens), 'train');
  const [{ tokens: ids } = { tokens: [] }] = await reader.read([0]);
  const encoder = createTextEncoder(
    await readTokenizerFiles(folder),
    rendererNamed(renderer, { currentDate: startedOn }).textTokens,
  );
  return { plan: plan.key, reused: reusedPieces, text: encoder.decode([...ids]) };
}

void test('the date of gpt-oss is the day of the start, so that a run which goes on the next day has the same tokens', async () => {
  const store = await temporaryStore();
  const name = 'gpt_oss_medium_reasoning';
  const first = await tokenise(store, 'gpt-oss', name, '2026-11-28');
  assert.match(first.text, /Current date: 2026-11-28/);
  assert.deepEqual(await tokenise(store, 'gpt-oss', name, '2026-11-28'), { ...first, reused: 1 });
  const other = await tokenise(store, 'gpt-oss', name, '2026-11-29');
  assert.match(other.text, /Current date: 2026-11-29/);
  assert.deepEqual([other.reused, other.plan === first.plan], [0, false]);
});

void test('with a date in the recipe the tokens are the same on every day', async () => {
  const store = await temporaryStore();
  const date = { current_date: '2025-01-02' };
  const name = 'gpt_oss_low_reasoning';
  const first = await tokenise(store, 'gpt-oss', name, '2026-11-28', date);
  assert.match(first.text, /Current date: 2025-01-02/);
  assert.deepEqual(await tokenise(store, 'gpt-oss', name, '2026-11-29', date), { ...first, reused: 1 });
});

void test('another thinking effort of Inkling is other tokens', async () => {
  const store = await temporaryStore();
  const usual = await tokenise(store, 'inkling', 'tml_v0', '2026-11-28');
  assert.match(usual.text, /Thinking effort level: 0\.9/);
  const little = await tokenise(store, 'inkling', 'tml_v0', '2026-11-28', { thinking_effort: 0.2 });
  assert.match(little.text, /Thinking effort level: 0\.2/);
  assert.deepEqual([little.reused, little.plan === usual.plan], [0, false]);
});

void test('a setting that the renderer does not write is refused before anything is tokenised', async () => {
  const store = await temporaryStore();
  await assert.rejects(
    tokenise(store, 'gpt-oss', 'gpt_oss_no_sysprompt', '2026-11-28', { current_date: '2025-01-02' }),
    {
      type: 'RecipeError',
      message: /^train\.current_date is written by the renderers gpt_oss_low_reasoning/,
    },
  );
});
