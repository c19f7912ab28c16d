import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { autoLearningRate, learningRateAt, type ScheduleRule } from '../../../../core/training/schedule.js';
import { epochOrder, placeOfStep, stepsPerEpoch, totalSteps } from '../../../../core/training/steps.js';

const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest();

void test('the last batch of an epoch is short and batches never span epochs', () => {
  const rule = { trainedExamples: 10, batchSize: 4, epochs: 2 };
  assert.equal(stepsPerEpoch(rule), 3);
  assert.equal(totalSteps(rule), 6);
  assert.deepEqual(
    [0, 2, 3, 5].map((step) => placeOfStep(rule, step)),
    [
      { epoch: 0, from: 0, to: 4 },
      { epoch: 0, from: 8, to: 10 },
      { epoch: 1, from: 0, to: 4 },
      { epoch: 1, from: 8, to: 10 },
    ],
  );
});

void test('max_steps cuts a training short and never lengthens it', () => {
  const rule = { trainedExamples: 10, batchSize: 4, epochs: 2 };
  assert.equal(totalSteps({ ...rule, maxSteps: 5 }), 5);
  assert.equal(totalSteps({ ...rule, maxSteps: 50 }), 6);
});

void test('epoch 0 is the order of the file, later ones are sorted by the hash of seed, epoch and row', () => {
  const rows = [0, 1, 3, 4, 7];
  assert.deepEqual(Array.from(epochOrder(rows, 0, 17, sha256)), rows);
  const byHash = (epoch: number, seed: number): number[] =>
    rows
      .map((row) => ({
        row,
        key: createHash('sha256').update(`${seed}\nepoch ${epoch}\n${row}`).digest('hex'),
      }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ row }) => row);
  for (const [epoch, seed] of [
    [1, 17],
    [2, 17],
    [1, 0],
  ] as const)
    assert.deepEqual(Array.from(epochOrder(rows, epoch, seed, sha256)), byHash(epoch, seed));
});

void test('the order of a known epoch stays as it is', () => {
  const rows = Array.from({ length: 8 }, (_, row) => row);
  // Computed with Python's hashlib.
  assert.deepEqual(Array.from(epochOrder(rows, 1, 17, sha256)), [1, 3, 2, 5, 4, 0, 6, 7]);
});

void test('the learning rate warms up, then falls by the schedule', () => {
  const rule: ScheduleRule = { learningRate: 1, schedule: 'linear', warmupSteps: 0, totalSteps: 4 };
  const rates = (change: Partial<ScheduleRule>): number[] =>
    [0, 1, 2, 3].map((step) => learningRateAt({ ...rule, ...change }, step));
  assert.deepEqual(rates({}), [1, 0.75, 0.5, 0.25]);
  assert.deepEqual(rates({ schedule: 'constant' }), [1, 1, 1, 1]);
  assert.deepEqual(rates({ schedule: 'constant', warmupSteps: 2 }), [0.5, 1, 1, 1]);
  assert.deepEqual(rates({ warmupSteps: 2 }), [0.5, 0.75, 0.5, 0.25]);
  const cosine = rates({ schedule: 'cosine' });
  assert.ok(Math.abs((cosine[1] ?? 0) - 0.5 * (1 + Math.SQRT1_2)) < 1e-15);
  assert.equal(cosine[0], 1);
});

void test('learning_rate: auto is get_lr of the cookbook', () => {
  const close = (model: string, expected: number): void => {
    const found = autoLearningRate(model);
    assert.ok(Math.abs(found - expected) < 1e-12, `${model}: ${found}`);
  };
  // Computed with tinker-cookbook 0.6.1.
  close('Qwen/Qwen3-8B', 0.00047297908091376354);
  close('Qwen/Qwen3-30B-A3B', 0.0004990818286656736);
  close('meta-llama/Llama-3.1-8B', 0.0002856415043086949);
  close('meta-llama/Llama-3.2-1B', 0.0004908239409722158);
  assert.throws(() => autoLearningRate('openai/gpt-oss-20b'), /a formula for Qwen and Llama models only/);
  assert.throws(() => autoLearningRate('someone/my-qwen'), /hidden size is not known/);
  assert.ok(autoLearningRate('someone/my-qwen', 64) > 0);
});
