import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkBaseModel } from '../../../../activities/train/server/check-base-model.js';
import { Train } from '../../../../core/recipe.js';
import { compareModels } from '../../../../core/training/models/compare-models.js';
import { modelNotes, type NotedTraining } from '../../../../core/training/models/model-notes.js';

const texts = (
  change: Partial<NotedTraining>,
  offer?: { readonly maxContextLength?: number },
): readonly string[] =>
  modelNotes({ base_model: 'Qwen/Qwen3-8B', max_tokens: 4096, ...change }, offer).map(({ text }) => text);

void test('a recipe that fits the table and the server has no notes', () => {
  assert.deepEqual(texts({}), []);
  assert.deepEqual(texts({}, { maxContextLength: 32_768 }), []);
  assert.deepEqual(texts({ base_model: 'zai-org/GLM-5.3:peft:262144' }), []);
});

void test('a max_tokens above the context of the table is noted where the server names no limit', () => {
  assert.match(texts({ max_tokens: 40_000 })[0] ?? '', /max_tokens is 40,000, and .* takes 32,768 tokens/);
  assert.equal(texts({ max_tokens: 40_000 }, {}).length, 1);
  assert.deepEqual(texts({ base_model: 'Qwen/Qwen3-8B:peft:65536', max_tokens: 40_000 }), []);
});

void test('a context that differs between server and table is noted', () => {
  assert.match(
    texts({}, { maxContextLength: 16_384 })[0] ?? '',
    /takes 16,384 tokens on the server, 32,768 in the table; the server's limit holds/,
  );
});

void test('a retired model is noted, and differently where the server still offers it', () => {
  assert.deepEqual(texts({ base_model: 'Qwen/Qwen3-32B' }), ['Tinker has retired Qwen/Qwen3-32B']);
  assert.match(texts({ base_model: 'Qwen/Qwen3-32B' }, {})[0] ?? '', /retired; the server still offers it/);
});

void test('a model that exists with a suffix only, an unfit renderer and an unknown model are noted', () => {
  const [bare] = modelNotes({ base_model: 'zai-org/GLM-5.3', max_tokens: 4096 });
  assert.match(bare?.remedy ?? '', /zai-org\/GLM-5\.3:peft:262144/);
  assert.match(
    texts({ renderer: 'kimi_k2' })[0] ?? '',
    /kimi_k2 is not one of .*: qwen3, qwen3_disable_thinking/,
  );
  assert.match(texts({ base_model: 'a/b', renderer: 'qwen3' })[0] ?? '', /not in the table of models/);
});

void test('the error for a model that the server lacks names its variants first', () => {
  const models = ['a/a', 'zai-org/GLM-5.3:peft:262144'].map((name) => ({
    name,
    trainable: true,
    sampleable: true,
  }));
  const server = { baseUrl: 'u', identity: 'u', description: 'the server', development: false, models };
  const check = (base_model: string): void =>
    checkBaseModel(server, Train.parse({ base_model, learning_rate: 0.1 }));
  assert.throws(() => check('zai-org/GLM-5.3'), {
    type: 'BaseModelError',
    message: /the server does not train zai-org\/GLM-5\.3; it offers zai-org\/GLM-5\.3:peft:262144, a\/a$/,
    remedy: 'Set train.base_model to zai-org/GLM-5.3:peft:262144.',
  });
  assert.throws(() => check('Qwen/Qwen3-32B'), { message: /Qwen3-32B, which Tinker has retired; it offers/ });
});

void test('table and server stand side by side, each with what the other lacks', () => {
  const offer = (name: string, maxContextLength = 65_536, trainable = true) => ({
    name,
    maxContextLength,
    trainable,
  });
  const compared = compareModels([
    offer('Qwen/Qwen3.6-27B'),
    offer('Qwen/Qwen3.5-9B', 32_768),
    offer('Qwen/Qwen3-32B'),
    offer('new/model'),
    offer('moonshotai/Kimi-K3.1-Pro'),
    offer('Qwen/Qwen3.5-4B', 65_536, false),
  ]);
  const notes = Object.fromEntries(compared.map(({ name, notes: found }) => [name, found.join()]));
  assert.equal(notes['Qwen/Qwen3.6-27B'], '');
  assert.equal(notes['Qwen/Qwen3.5-9B'], 'context differs');
  assert.equal(notes['Qwen/Qwen3-32B'], 'retired in the table');
  assert.equal(notes['Qwen/Qwen3-30B-A3B'], 'retired');
  assert.equal(notes['Qwen/Qwen3-8B'], 'not offered');
  assert.equal(notes['new/model'], 'not in the table');
  assert.equal(notes['Qwen/Qwen3.5-4B'], 'not trainable');
  assert.equal(notes['moonshotai/Kimi-K3.1-Pro'], 'Headrace does not train it');
  assert.equal(new Set(compared.map(({ name }) => name)).size, compared.length);
  assert.ok(compareModels().every(({ offer: none }) => none === undefined));
});
