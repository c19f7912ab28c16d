import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LiveClients } from '../../../activities/train/server/live-clients.js';
import { createTinkerAccess } from '../../../activities/train/server/tinker-access.js';
import { createTrainActivities } from '../../../activities/train/index.js';
import { connectTinker, type Tinker } from '../../../tinker/index.js';
import type { Recipe } from '../../../core/recipe.js';
import { quietWork } from '../../support/work.js';
import { key, startServer, type Server } from '../../support/tinker-server.js';
import { activities, linesIn, metricsIn, prepare, recipe, segment, trainTo } from '../../support/training.js';
import { temporaryFolder } from '../../support/folder.js';

let server: Server;
let tinker: Tinker;
before(async () => {
  server = await startServer();
  tinker = await connectTinker({ baseUrl: server.url, apiKey: key, env: {} });
});
after(() => server.close());

void test('a second run with other labels and segments uses what the first one has trained', async () => {
  const first = await prepare(server);
  const records = await trainTo(server, first, [3, 6, 8]);
  const steps = (await server.operations('optim_step')).length;
  const second = await prepare(server, { label: 'other', checkpoint_every: 4, keep_last: 2 }, first);
  assert.notDeepEqual(second.training.plan, first.training.plan);
  const found = await activities(server, second.store).findRecords(
    { plan: second.training.plan, out: second.out },
    quietWork(),
  );
  assert.equal(found.found, 3);
  assert.equal(found.steps, 8);
  assert.deepEqual(found.last?.samplerPath, records[2]?.samplerPath);
  assert.equal(found.firstLoss, records[0]?.firstLoss);
  assert.match(found.notes.join(), /the last is run-final/);
  assert.deepEqual(await metricsIn(second.out), await metricsIn(first.out));
  assert.equal((await server.operations('optim_step')).length, steps);
});

void test('another seed, rate or base of the data is another training', async () => {
  const first = await prepare(server);
  await trainTo(server, first, [3]);
  for (const change of [
    { learning_rate: 2e-2 },
    { lora: { rank: 4, seed: 8 } },
    { max_tokens: 40 },
    { epochs: 1 },
  ]) {
    const other = await prepare(server, change, first);
    const { last, notes } = await activities(server, other.store).findRecords(
      { plan: other.training.plan, out: other.out },
      quietWork(),
    );
    assert.deepEqual([last, notes], [null, []], JSON.stringify(change));
    assert.deepEqual(await linesIn(other.out, 'checkpoints.jsonl'), []);
  }
});

void test('a training can start from the weights of another one, and has its own records', async () => {
  const first = await prepare(server);
  const [begun, last] = await trainTo(server, first, [3, 8]);
  assert.ok(begun && last);
  const next = await prepare(server, { from: last.statePath }, first);
  const { last: found } = await activities(server, next.store).findRecords(
    { plan: next.training.plan, out: next.out },
    quietWork(),
  );
  assert.equal(found, null);
  const [half, whole] = await trainTo(server, next, [4, 8], 'nothing');
  assert.ok(half && whole);
  // The weights are trained already; optimizer and rate are reset, so that they still change.
  assert.ok(half.firstLoss < begun.firstLoss - 1, `${half.firstLoss} after ${begun.firstLoss}`);
  assert.notEqual(await server.fileDigest(whole.samplerPath), await server.fileDigest(last.samplerPath));
  assert.equal((await metricsIn(next.out))[0]?.learning_rate, 1e-2);

  const refused = (change: Record<string, unknown>): Promise<unknown> => prepare(server, change, first);
  await assert.rejects(refused({ from: last.statePath, lora: { rank: 8 } }), {
    type: 'RecipeError',
    message: /rank 4, but train.lora.rank is 8/,
  });
  await assert.rejects(refused({ from: 'tinker://none/weights/none' }), {
    type: 'RecipeError',
    message: /does not have train.from/,
  });
  assert.throws(() => recipe({ from: last.samplerPath }), /the path of a saved state/);
});

void test('a checkpoint that the server has lost is passed over with a note, and the training continues from the one before it', async () => {
  const prepared = await prepare(server);
  const [first, second] = await trainTo(server, prepared, [3, 6]);
  assert.ok(first && second);
  await tinker.deleteCheckpoint(second.statePath);
  const worker = activities(server, prepared.store);
  const input = { plan: prepared.training.plan, out: prepared.out };
  const found = await worker.findRecords(input, quietWork());
  assert.equal(found.last?.statePath, first.statePath);
  assert.match(found.notes.join(), /no longer has the state of step 6 .*; step 3 is used/);
  assert.equal((await metricsIn(prepared.out)).length, 3);

  const lost = { plan: prepared.training.plan, from: 6, to: 8, predecessor: second };
  await assert.rejects(worker.trainSegment(lost, quietWork()), {
    type: 'CheckpointLostError',
    message: /step 6/,
  });
  const again = await segment(worker, prepared, first, 6);
  assert.notEqual(again.statePath, second.statePath);
  const later = await worker.findRecords(input, quietWork());
  assert.equal(later.last?.statePath, again.statePath);
  assert.deepEqual(later.notes, [], 'what was lost is trained again, so nothing is missing');
  assert.equal(await server.fileDigest(again.samplerPath), await server.fileDigest(second.samplerPath));
  await worker.close();
});

void test('a waiting run keeps its newest states by renewing them; without it they expire, and the training starts from its beginning', async () => {
  const prepared = await prepare(server, { ttl_seconds: 7200 });
  const records = await trainTo(server, prepared, [2, 4, 6]);
  const last = records.at(-1);
  assert.ok(last);
  const worker = activities(server, prepared.store);
  const plan = prepared.training.plan;
  await server.advance(5000);
  assert.deepEqual(await worker.renewCheckpoints({ plan, record: last.record }, quietWork()), { renewed: 2 });
  await server.advance(5000);
  const kept = await Promise.all(
    records.map(({ statePath }) =>
      tinker.weightsInfo(statePath).then(
        () => true,
        () => false,
      ),
    ),
  );
  assert.deepEqual(kept, [false, true, true]);
  await server.advance(5000);
  const found = await worker.findRecords({ plan, out: prepared.out }, quietWork());
  assert.equal(found.last, null);
  assert.match(found.notes.at(-1) ?? '', /step 2 .*starts from its beginning/);
});

void test('checkpoints.jsonl is what the cookbook reads, and the final checkpoint never expires', async () => {
  const prepared = await prepare(server);
  const records = await trainTo(server, prepared, [3, 6, 8]);
  const line = (at: number, more: object): object => ({
    ...more,
    state_path: records[at]?.statePath,
    sampler_path: records[at]?.samplerPath,
    label: records[at]?.label,
    server: `headrace-dev-server:${server.serverId}`,
  });
  assert.deepEqual(await linesIn(prepared.out, 'checkpoints.jsonl'), [
    line(0, { name: '000003', batch: 3, epoch: 0, step: 3 }),
    line(1, { name: '000006', batch: 2, epoch: 1, step: 6 }),
    line(2, { name: 'final', batch: 0, epoch: 2, final: true, step: 8 }),
  ]);
  const last = records.at(-1);
  const listed = await tinker.listCheckpoints(last?.statePath.split('/')[2] ?? '');
  const expiries = Object.fromEntries(listed.map((each) => [each.path, each.expiresAt !== undefined]));
  assert.equal(expiries[last?.statePath ?? ''], false);
  assert.equal(expiries[last?.samplerPath ?? ''], false);
  assert.equal(expiries[records[0]?.statePath ?? ''], true);
});

void test('keep_last deletes older checkpoints once newer ones are recorded, never the newest two', async () => {
  const prepared = await prepare(server, { keep_last: 2 });
  const records = await trainTo(server, prepared, [2, 4, 6, 8]);
  const here = await Promise.all(
    records.flatMap(({ statePath, samplerPath }) =>
      [statePath, samplerPath].map(async (path) =>
        (await tinker.listCheckpoints(path.split('/')[2] ?? '')).some((each) => each.path === path),
      ),
    ),
  );
  assert.deepEqual(here, [false, false, false, false, true, true, true, true]);
  assert.equal((await linesIn(prepared.out, 'checkpoints.jsonl')).length, 2);
  assert.equal((await metricsIn(prepared.out)).length, 8);
  const found = await activities(server, prepared.store).findRecords(
    { plan: prepared.training.plan, out: prepared.out },
    quietWork(),
  );
  assert.equal(found.steps, 8);
});

void test('recording a segment twice gives one record', async () => {
  const prepared = await prepare(server);
  const worker = activities(server, prepared.store);
  const { result, ...record } = await segment(worker, prepared, null, 3);
  const again = await worker.recordSegment(
    { plan: prepared.training.plan, out: prepared.out, predecessor: null, from: 0, result },
    quietWork(),
  );
  assert.deepEqual(again, record);
  assert.equal((await metricsIn(prepared.out)).length, 3);
  await worker.close();
});

void test('what the server cannot do is an error of the table before the data work begins', async () => {
  const prepared = await prepare(server);
  const check = (change: Record<string, unknown>, env: Record<string, string> = {}): Promise<unknown> => {
    const access = createTinkerAccess({
      env: { TINKER_BASE_URL: server.url, TINKER_API_KEY: key, ...env },
      limits: { controlRetries: 0 },
    });
    const own = createTrainActivities({ store: prepared.store, access, live: new LiveClients() });
    const train: NonNullable<Recipe['train']> = recipe(change);
    return own.checkTraining({ train }, quietWork());
  };
  assert.deepEqual(await check({}), {
    server: `${server.url} (development server ${server.serverId})`,
    developmentServer: true,
  });
  await assert.rejects(check({ base_model: 'Qwen/Qwen3-8B' }), {
    type: 'BaseModelError',
    message: /random-qwen3/,
  });
  await assert.rejects(check({ base_model: 'a/b', renderer: undefined }), { type: 'BaseModelError' });
  await assert.rejects(check({ max_tokens: 4096 }), { type: 'RecipeError', message: /2048/ });
  await assert.rejects(check({}, { TINKER_BASE_URL: 'http://127.0.0.1:9' }), {
    type: 'TinkerUnavailableError',
    message: /http:\/\/127\.0\.0\.1:9/,
  });
  await assert.rejects(check({}, { TINKER_API_KEY: 'sk-no' }), { type: 'TinkerAuthError' });
  const home = await temporaryFolder();
  await assert.rejects(check({}, { TINKER_API_KEY: '', TINKER_BASE_URL: '', HOME: home }), {
    type: 'TinkerKeyMissingError',
  });
});

void test('learning_rate: auto takes the hidden size of a development model from its folder', async () => {
  const { training } = await prepare(server, { learning_rate: 'auto' });
  assert.equal(training.learningRate, 5e-4 * (2000 / 64) ** 0.0775);
});
