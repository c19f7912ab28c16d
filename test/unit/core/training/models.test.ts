import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { rendererNames } from '../../../../core/recipe.js';
import {
  baseModelOf,
  baseModels,
  contextOf,
  offeredNames,
  rendererFor,
} from '../../../../core/training/models/base-models.js';
import { refusedModels } from '../../../../core/training/models/refused-models.js';
import { autoLearningRate } from '../../../../core/training/schedule.js';

interface CookbookModel {
  readonly renderers: readonly string[];
  readonly hiddenSize: number;
  /** By suffix. */
  readonly contexts: Readonly<Record<string, number>>;
  /** Or the name of the error. */
  readonly learningRate: number | string;
}

const golden = new URL('../../../../../test/golden/models/models.json', import.meta.url);
const all = Object.entries(JSON.parse(await readFile(golden, 'utf8')) as Record<string, CookbookModel>);
const cookbook = all.filter(([name]) => !refusedModels.has(name));

void test('every model of the cookbook is in the table or refused by name', () => {
  assert.equal(all.length, 46);
  assert.equal(all.length - cookbook.length, refusedModels.size);
  const own = baseModels.filter(({ name }) => name.startsWith('headrace/'));
  assert.equal(baseModels.length, cookbook.length + own.length);
  for (const [name] of cookbook) assert.equal(baseModelOf(name)?.name, name);
});

void test("a model has the cookbook's renderers, the best first, and its hidden size", () => {
  for (const [name, { renderers, hiddenSize }] of cookbook) {
    const model = baseModelOf(name);
    assert.deepEqual(model?.renderers.slice(0, renderers.length), renderers, name);
    assert.equal(model?.hiddenSize, hiddenSize, name);
  }
  // The cookbook recommends one effort of gpt-oss and has three.
  const more = cookbook.filter(
    ([name, known]) => baseModelOf(name)?.renderers.length !== known.renderers.length,
  );
  assert.deepEqual(
    more.map(([name]) => name),
    ['openai/gpt-oss-20b', 'openai/gpt-oss-120b'],
  );
});

void test('a model has the contexts of the cookbook under the names that servers offer', () => {
  // The cookbook lacks this one, which Tinker's page of prices has.
  const added = { 'Qwen/Qwen3.8-27B': { ':peft:262144': 262_144 } } as Readonly<Record<string, object>>;
  for (const [name, { contexts }] of cookbook) {
    const model = baseModelOf(name);
    assert.ok(model);
    const expected = { ...contexts, ...added[name] };
    const offered = offeredNames(model).flatMap((each) => {
      const context = contextOf(each);
      return context === undefined ? [] : [[each.slice(name.length), context]];
    });
    assert.deepEqual(Object.fromEntries(offered), expected, name);
    assert.equal(model.retired === true, Object.keys(contexts).length === 0, name);
  }
});

void test('learning_rate: auto has the rate of the cookbook, and none where it has none', () => {
  for (const [name, { learningRate }] of cookbook)
    if (typeof learningRate === 'number')
      assert.ok(Math.abs(autoLearningRate(name) - learningRate) < 1e-15, name);
    else assert.throws(() => autoLearningRate(name), { type: 'BaseModelError' }, name);
});

void test('a suffix names the same model with another context', () => {
  assert.equal(rendererFor('zai-org/GLM-5.3:peft:262144', undefined), 'glm5_3_max_reasoning');
  assert.equal(contextOf('zai-org/GLM-5.3:peft:262144'), 262_144);
  assert.equal(contextOf('zai-org/GLM-5.3'), undefined);
  assert.equal(contextOf('someone/else:peft:4096'), 4096);
  assert.equal(contextOf('Qwen/Qwen3-8B'), 32_768);
});

void test('the renderer of a recipe goes before that of the table', () => {
  assert.equal(rendererFor('Qwen/Qwen3-8B', undefined), 'qwen3');
  assert.equal(rendererFor('Qwen/Qwen3-8B', 'role_colon'), 'role_colon');
  assert.equal(rendererFor('someone/else', 'kimi_k2'), 'kimi_k2');
});

void test('a model outside the table needs a renderer, and the error says what else', () => {
  assert.throws(() => rendererFor('someone/else', undefined), {
    type: 'BaseModelError',
    message: new RegExp(`someone/else is not in the table.*${rendererNames.join(', ')}`),
    remedy: /train\.renderer, train\.tokenizer and a number as train\.learning_rate/,
  });
});

void test('a model that cannot be compared with the reference is refused by name, whatever else is named', () => {
  assert.throws(() => rendererFor('moonshotai/Kimi-K3.1-Pro', 'kimi_k2'), {
    type: 'BaseModelError',
    message:
      /Kimi-K3\.1-Pro, which Headrace does not train: its renderer and its tokenizer are in tml-renderers/,
  });
  assert.throws(() => rendererFor('thinkingmachines/Inkling-2-Small:peft:262144', 'tml_v0'), {
    type: 'BaseModelError',
    message: /Inkling-2-Small.*h200k/,
  });
});
