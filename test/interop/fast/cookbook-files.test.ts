import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { TrainingBatches } from '../../../activities/train/steps/training-batches.js';
import { readTrainingPlan } from '../../../activities/train/steps/training-plan.js';
import { startServer } from '../../support/tinker-server.js';
import { linesIn, metricsIn, prepare, trainTo } from '../../support/training.js';
import { pythonEnvironment } from '../../../dev/python/environment.js';
import { runScript } from '../support/run-python.js';
import { apiKey } from '../support/tinker-fixture.js';

const Read = z.object({
  version: z.string(),
  records: z.array(z.unknown()),
  extra: z.array(z.string()),
  places: z.array(z.tuple([z.string(), z.number(), z.number(), z.boolean().nullable()])),
  last: z.string(),
  lastSampler: z.string(),
  metrics: z.array(z.unknown()),
  keys: z.array(z.string()),
  resumed: z.array(z.number()),
});

void test("the cookbook's own readers take checkpoints.jsonl and metrics.jsonl, and what they would resume from is there", async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const bench = await prepare(server);
  const trained = await trainTo(server, bench, [3, 6, 8]);
  // The rows of step 6, which is the first one that the second checkpoint does not hold.
  const plan = await readTrainingPlan(bench.store, bench.training.plan);
  const batches = await TrainingBatches.open(bench.store, plan);
  const batch = (await batches.batch(6)).map(({ tokens, targetTokens, weights }) => ({
    tokens: [...tokens],
    targets: [...targetTokens],
    weights: [...weights],
  }));
  const metrics = await metricsIn(bench.out);

  const env = { TINKER_BASE_URL: server.url, TINKER_API_KEY: apiKey, TINKER_TELEMETRY: '0' };
  const read = await runScript(Read, await pythonEnvironment('tinker-current'), 'cookbook_reads.py', env, {
    out: bench.out,
    batch,
    learningRate: 1e-3,
  });
  t.diagnostic(`tinker-cookbook ${read.version}`);
  assert.deepEqual(read.records, await linesIn(bench.out, 'checkpoints.jsonl'));
  assert.deepEqual(read.extra, ['label', 'server', 'step']);
  assert.deepEqual(read.places, [
    ['000003', 0, 3, null],
    ['000006', 1, 2, null],
    ['final', 2, 0, true],
  ]);
  assert.deepEqual([read.last, read.lastSampler], ['final', trained.at(-1)?.samplerPath]);
  assert.deepEqual(read.metrics, metrics);
  for (const key of ['train_mean_nll', 'learning_rate', 'num_tokens', 'num_loss_tokens', 'progress'])
    assert.ok(read.keys.includes(key), `${key} is not among ${read.keys.join()}`);
  // Each row's weights sum to 1, so the summed loss of a batch is its mean times its rows.
  const [loss = 0] = read.resumed;
  assert.ok(Math.abs(loss / batch.length - (metrics[6]?.train_mean_nll ?? 0)) < 1e-5);
});
