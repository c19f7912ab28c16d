import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkTinker } from '../../../client/doctor/check-tinker.js';
import { parseRecipe } from '../../../client/recipe/recipe-file.js';
import { baseModels, contextOf, offeredNames } from '../../../core/training/models/base-models.js';
import { packagePath } from '../../../files/package-path.js';
import { startRandomServer, type RandomServer } from './client.js';

/** The names of the table that Tinker offers, as its capabilities list them. */
const offers = baseModels
  .filter(({ tokenizer, retired = false }) => tokenizer !== undefined && !retired)
  .flatMap((model) => offeredNames(model))
  .map((name) => ({ name, contextLength: contextOf(name) ?? 32_768 }));

let random: RandomServer;
before(async () => {
  random = await startRandomServer({ offers });
});
after(() => random.server.close());

void test('the server offers its model under the names that it is given, and keeps the name of a training', async () => {
  const { api } = random;
  const { body } = await api.get('get_server_capabilities');
  const listed = (body['supported_models'] as readonly { model_name: string }[]).map(
    (each) => each.model_name,
  );
  assert.deepEqual(listed, ['headrace/random-qwen3', ...offers.map(({ name }) => name)]);
  const session_id = await api.session();
  const base_model = 'openai/gpt-oss-20b';
  const created = await api.post('create_model', {
    session_id,
    model_seq_id: 0,
    base_model,
    lora_config: { rank: 4 },
  });
  assert.equal(created.status, 200);
  const info = await api.post('get_info', { model_id: created.body['model_id'] });
  assert.equal(info.body['model_name'], base_model);
});

void test('doctor has nothing against a recipe for any model of the table, beside a server that offers them all', async () => {
  assert.ok(offers.length > 30);
  for (const { name } of offers)
    assert.deepEqual(await troubles(`{ base_model: "${name}", learning_rate: 1.0e-4 }`), [], name);
});

void test('doctor has nothing against the recipes of recipes/models, but that Llama 3 is retired', async () => {
  const folder = packagePath('recipes/models');
  for (const file of await readdir(folder)) {
    const found = await troublesOf(await readFile(join(folder, file), 'utf8'));
    if (file === 'llama3.yaml') assert.match(found.join('\n'), /which Tinker has retired/);
    else assert.deepEqual(found, [], file);
  }
});

async function troubles(train: string): Promise<readonly string[]> {
  return troublesOf(`name: a\nsources:\n  - { name: a, files: a.jsonl }\ntrain: ${train}`);
}

/** What doctor fails or warns of. */
async function troublesOf(yaml: string): Promise<readonly string[]> {
  const env = { TINKER_BASE_URL: random.server.url, TINKER_API_KEY: 'tml-test' };
  const found = await checkTinker(env, parseRecipe(yaml, 'recipe.yaml'), new AbortController().signal);
  return found.filter(({ status }) => status !== 'ok').map(({ what, message }) => `${what}: ${message}`);
}
