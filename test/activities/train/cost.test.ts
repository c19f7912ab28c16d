import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isOfRun } from '../../../activities/train/server/session-metadata.js';
import type { TokenUsage } from '../../../core/cost/usage.js';
import { connectTinker, type BilledTokens, type Tinker } from '../../../tinker/index.js';
import { key, startServer, type Server } from '../../support/tinker-server.js';
import { activities, metricsIn, prepare, trainTo, type PreparedTraining } from '../../support/training.js';
import { quietWork } from '../../support/work.js';

let server: Server;
let tinker: Tinker;
before(async () => {
  server = await startServer();
  tinker = await connectTinker({ baseUrl: server.url, apiKey: key, env: {} });
});
after(() => server.close());

const dayMs = 86_400_000;
const billed = (): Promise<BilledTokens[]> => tinker.billedTokens(Date.now() - dayMs, Date.now());

function sum(events: readonly BilledTokens[], kind: BilledTokens['kind']): number {
  return events.reduce((total, event) => total + (event.kind === kind ? event.tokens : 0), 0);
}

async function billedSince(earlier: readonly BilledTokens[]): Promise<TokenUsage> {
  const now = await billed();
  const since = (kind: BilledTokens['kind']): number => sum(now, kind) - sum(earlier, kind);
  return {
    train: since('training'),
    prefill: since('sampling_prefill'),
    sample: since('sampling_sample'),
  };
}

async function findRecords({ store, training, out }: PreparedTraining) {
  return await activities(server, store).findRecords({ plan: training.plan, out }, quietWork());
}

void test('a training uses what was planned, by the count of the server', async () => {
  const earlier = await billed();
  const prepared = await prepare(server);
  const { store, training, mix, out } = prepared;
  const worker = activities(server, store);
  const evaluate = (checkpoint: Parameters<typeof worker.evaluate>[0]['checkpoint']) =>
    worker.evaluate({ plan: training.plan, mix, out, checkpoint }, quietWork());
  await evaluate(null);
  for (const record of await trainTo(server, prepared, [3, 6, 8])) await evaluate(record);
  await worker.close();
  const used = await billedSince(earlier);
  assert.equal(used.train, training.usage.train);
  assert.equal(used.prefill, training.usage.prefill);
  // Each held-out row samples one token, and each answer at least one.
  const evaluations = 4;
  assert.ok(used.sample <= training.usage.sample && used.sample >= evaluations * (3 + 1));
  assert.equal(training.usage.prefill, evaluations * training.evaluation.prefill);
});

void test('the tokens of a plan are those of its steps, also where max_steps cuts an epoch', async () => {
  for (const max_steps of [2, 4, 6, 8]) {
    const prepared = await prepare(server, { max_steps, checkpoint_every: 50 });
    await trainTo(server, prepared, [max_steps]);
    const trained = (await metricsIn(prepared.out)).reduce((total, { num_tokens }) => total + num_tokens, 0);
    assert.equal(prepared.training.usage.train, trained, `${max_steps} steps`);
  }
});

void test('the records have the tokens of their steps, and what was done is found again', async () => {
  const prepared = await prepare(server, { learning_rate: 3e-2 });
  assert.deepEqual((await findRecords(prepared)).done, { trainedTokens: 0, evaluations: 0 });
  const records = await trainTo(server, prepared, [3, 5]);
  const metrics = await metricsIn(prepared.out);
  const tokensOf = (from: number, to: number): number =>
    metrics.slice(from, to).reduce((total, { num_tokens }) => total + num_tokens, 0);
  assert.deepEqual(
    records.map(({ tokens }) => tokens),
    [tokensOf(0, 3), tokensOf(3, 5)],
  );
  assert.deepEqual((await findRecords(prepared)).done, { trainedTokens: tokensOf(0, 5), evaluations: 3 });
});

void test('a segment that was trained twice, for its checkpoint was lost, counts twice', async () => {
  const prepared = await prepare(server, { learning_rate: 4e-2 });
  const [first] = await trainTo(server, prepared, [3]);
  await tinker.deleteCheckpoint(first?.statePath ?? '');
  const [second] = await trainTo(server, prepared, [3]);
  const { done, found } = await findRecords(prepared);
  assert.equal(found, 1);
  assert.deepEqual(done, { trainedTokens: (first?.tokens ?? 0) + (second?.tokens ?? 0), evaluations: 3 });
});

void test('the steps within a number of tokens end before the step that would exceed it', async () => {
  const prepared = await prepare(server, { learning_rate: 5e-2 });
  await trainTo(server, prepared, [8]);
  const tokens = (await metricsIn(prepared.out)).map(({ num_tokens }) => num_tokens);
  const worker = activities(server, prepared.store);
  const endOf = async (from: number, to: number, most: number): Promise<number> =>
    (await worker.stepsWithin({ plan: prepared.training.plan, from, to, tokens: most }, quietWork())).to;
  const [a = 0, b = 0, c = 0] = tokens;
  assert.equal(await endOf(0, 8, a + b), 2);
  assert.equal(await endOf(0, 8, a + b + c - 1), 2);
  assert.equal(await endOf(0, 8, a - 1), 0);
  assert.equal(await endOf(0, 3, 1_000_000), 3);
  // Steps of the second epoch, whose order is its own.
  assert.equal(await endOf(5, 8, (tokens[5] ?? 0) + (tokens[6] ?? 0)), 7);
});

void test('price and budget are no part of what is trained', async () => {
  const plain = await prepare(server, { learning_rate: 6e-2 });
  const price = { train: 2, prefill: 1, sample: 3 };
  const limited = await prepare(server, { learning_rate: 6e-2, price, budget: { tokens: 10 } }, plain);
  assert.deepEqual(limited.training.plan, plain.training.plan);
  assert.deepEqual([plain.training.price, limited.training.price?.train?.usd], [null, 2]);
});

void test('the sessions of a run are found in the billing by the name of the run', async () => {
  await trainTo(server, await prepare(server, { learning_rate: 7e-2 }), [1]);
  const events = await billed();
  assert.ok(events.length > 0 && events.every(({ sessionMetadata }) => isOfRun(sessionMetadata, 'run')));
  assert.ok(!events.some(({ sessionMetadata }) => isOfRun(sessionMetadata, 'other')));
});
