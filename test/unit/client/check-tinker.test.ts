import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { checkTinker } from '../../../client/doctor/check-tinker.js';
import type { Check } from '../../../client/doctor/checks.js';
import { parseRecipe } from '../../../client/recipe/recipe-file.js';
import { startFakeServer } from '../tinker/fake-server.js';

interface Offer {
  readonly model_name: string;
  readonly max_context_length?: number;
  readonly trainable?: boolean;
}

/** The checks of a recipe with this `train` beside a server with these models. */
async function checks(t: TestContext, train: string, models: readonly Offer[]): Promise<readonly Check[]> {
  const server = await startFakeServer(({ path }) => ({
    body: path === 'get_server_capabilities' ? { supported_models: models } : {},
  }));
  t.after(() => server.close());
  const recipe = parseRecipe(
    `name: a\nsources:\n  - { name: a, files: a.jsonl }\ntrain: { learning_rate: 1.0e-4, ${train} }`,
    'recipe.yaml',
  );
  const env = { TINKER_BASE_URL: server.url, TINKER_API_KEY: 'tml-test' };
  return await checkTinker(env, recipe, new AbortController().signal);
}

const texts = (found: readonly Check[], status: Check['status']): readonly string[] =>
  found.filter((check) => check.status === status).map(({ what, message }) => `${what}: ${message}`);

void test('doctor has no warning where table, server and recipe agree', async (t) => {
  const found = await checks(t, 'base_model: "zai-org/GLM-5.3:peft:262144"', [
    { model_name: 'zai-org/GLM-5.3:peft:262144', max_context_length: 262_144 },
  ]);
  assert.deepEqual([texts(found, 'warning'), texts(found, 'failed')], [[], []]);
  assert.match(texts(found, 'ok').join('\n'), /^renderer: glm5_3_max_reasoning$/m);
  assert.match(texts(found, 'ok').join('\n'), /zai-org\/GLM-5\.3:peft:262144 can be trained there/);
});

void test('doctor warns of a context that differs, of a retired model that is offered, and of a model it does not know', async (t) => {
  const offers: readonly Offer[] = [
    { model_name: 'Qwen/Qwen3.6-27B', max_context_length: 32_768 },
    { model_name: 'Qwen/Qwen3-32B' },
    { model_name: 'someone/else' },
  ];
  const warnings = async (train: string): Promise<readonly string[]> =>
    texts(await checks(t, train, offers), 'warning');
  assert.deepEqual(await warnings('base_model: Qwen/Qwen3.6-27B'), [
    "base model: Qwen/Qwen3.6-27B takes 32,768 tokens on the server, 65,536 in the table; the server's limit holds",
  ]);
  assert.deepEqual(await warnings('base_model: Qwen/Qwen3-32B'), [
    'base model: the table has Qwen/Qwen3-32B as retired; the server still offers it',
  ]);
  assert.match((await warnings('base_model: someone/else, renderer: qwen3'))[0] ?? '', /not in the table/);
});

void test('doctor fails where the server does not offer the model, or takes shorter sequences than the recipe has', async (t) => {
  const offers = [{ model_name: 'Qwen/Qwen3.6-27B', max_context_length: 32_768 }];
  const [long] = (await checks(t, 'base_model: Qwen/Qwen3.6-27B, max_tokens: 40000', offers)).filter(
    ({ status }) => status === 'failed',
  );
  assert.deepEqual([long?.type, long?.remedy], ['RecipeError', 'Set train.max_tokens to 32768 or less.']);
  const [lacking] = (await checks(t, 'base_model: Qwen/Qwen3.5-9B', offers)).filter(
    ({ status }) => status === 'failed',
  );
  assert.equal(lacking?.type, 'BaseModelError');
  assert.match(lacking?.message ?? '', /does not train Qwen\/Qwen3\.5-9B; it offers Qwen\/Qwen3\.6-27B/);
});

void test('doctor shows the date and the effort that a renderer will write', async (t) => {
  const renderer = async (train: string, name: string): Promise<string> =>
    texts(await checks(t, train, [{ model_name: name }]), 'ok')[0] ?? '';
  assert.equal(
    await renderer('base_model: thinkingmachines/Inkling', 'thinkingmachines/Inkling'),
    'renderer: tml_v0, thinking effort 0.9',
  );
  const gpt = 'base_model: openai/gpt-oss-20b, renderer: gpt_oss_low_reasoning';
  assert.match(
    await renderer(gpt, 'openai/gpt-oss-20b'),
    /^renderer: gpt_oss_low_reasoning, current date \d{4}-\d\d-\d\d \(today; a run has the day on which it starts\)$/,
  );
  assert.equal(
    await renderer(`${gpt}, current_date: 2025-01-02`, 'openai/gpt-oss-20b'),
    'renderer: gpt_oss_low_reasoning, current date 2025-01-02',
  );
});
