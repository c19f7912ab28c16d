import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StopAndSave } from '../../../activities/train/steps/stop-and-save.js';
import type { SegmentRecordRef } from '../../../core/contracts/training.js';
import { startServer, type Server } from '../../support/tinker-server.js';
import {
  activities,
  prepare,
  segment,
  stopAt,
  trainTo,
  type PreparedTraining,
} from '../../support/training.js';
import { quietWork, recordedWork } from '../../support/work.js';
import { assertEndsAs, trainWhole } from '../../support/whole-training.js';
import type { WholeTraining } from '../../support/whole-training.js';

let server: Server;
let whole: WholeTraining;

before(async () => {
  server = await startServer();
  whole = await trainWhole(server);
});
after(() => server.close());

function assertWhole(prepared: PreparedTraining, last: SegmentRecordRef | undefined): Promise<void> {
  return assertEndsAs(whole, server, prepared, last);
}

void test('the metrics have one line a step with the data and rate of the rule', () => {
  assert.deepEqual(
    whole.metrics.map(({ step, epoch, num_sequences }) => [step, epoch, num_sequences]),
    [3, 3, 3, 1, 3, 3, 3, 1].map((sequences, step) => [step, step < 4 ? 0 : 1, sequences]),
  );
  assert.deepEqual(
    whole.metrics.map((each) => each.learning_rate),
    [0, 1, 2, 3, 4, 5, 6, 7].map((step) => 1e-2 * (1 - step / 8)),
  );
  const [first, last] = [whole.metrics[0], whole.metrics.at(-1)];
  assert.ok(first && last && first.train_mean_nll > 5 && last.train_mean_nll < first.train_mean_nll);
  assert.equal(last.progress, 1);
});

void test('segments on a live client equal one segment, losses and weights bit for bit', async () => {
  const prepared = await prepare(server);
  const models = (await server.operations('create_model')).length;
  const records = await trainTo(server, prepared, [3, 6, 8]);
  await assertWhole(prepared, records.at(-1));
  assert.equal((await server.operations('create_model')).length - models, 1);
  assert.deepEqual(
    records.map((record) => record.label),
    ['run-000003', 'run-000006', 'run-final'],
  );
});

void test('segments that each load the state before them equal one segment, bit for bit', async () => {
  const prepared = await prepare(server);
  const records = await trainTo(server, prepared, [3, 5, 8], 'nothing');
  await assertWhole(prepared, records.at(-1));
  const runs = new Set(records.map((record) => record.statePath.split('/')[2]));
  assert.equal(runs.size, 3);
});

void test('an attempt that is killed leaves no trace: the next one equals an undisturbed run, and ends its session', async () => {
  const prepared = await prepare(server);
  const first = await segment(activities(server, prepared.store), prepared, null, 3);
  const killed = stopAt(5, new Error('worker lost'));
  const input = { plan: prepared.training.plan, from: 3, to: 8, predecessor: first };
  // The session stays open, as after kill -9: its end is left to the next attempt.
  await server.fault({ path: '/finish', status: 404 });
  await assert.rejects(activities(server, prepared.store).trainSegment(input, killed), /worker lost/);
  const session = killed.session();
  assert.ok(session);
  const next = activities(server, prepared.store);
  const resume = { sessionId: session };
  const last = await segment(next, prepared, first, 8, { ...quietWork(), resume });
  await assertWhole(prepared, last);
  const ended = await server.operations('end_session');
  assert.ok(ended.some((each) => each.sessionId === session && /interrupted/.test(each.error ?? '')));
});

void test('a segment that receives a save request stops early, and the next one continues from there', async () => {
  const prepared = await prepare(server);
  const worker = activities(server, prepared.store);
  const asked = stopAt(2, new StopAndSave());
  const early = await segment(worker, prepared, null, 8, asked);
  assert.ok(early.nextStep >= 2 && early.nextStep < 8, `stopped at ${early.nextStep}`);
  assert.equal(early.final, false);
  assert.equal(early.label, `run-${String(early.nextStep).padStart(6, '0')}`);
  const last = await segment(worker, prepared, early, 8);
  await assertWhole(prepared, last);
});

void test('a segment that is to save before its first step reports that there is nothing to save', async () => {
  const prepared = await prepare(server);
  const input = { plan: prepared.training.plan, from: 0, to: 8, predecessor: null };
  const reason = new StopAndSave();
  const work = quietWork(AbortSignal.abort(reason));
  await assert.rejects(activities(server, prepared.store).trainSegment(input, work), reason);
});

void test('lost answers are requested again or found in the listing, and change nothing', async () => {
  const prepared = await prepare(server);
  await server.fault(
    { path: '/forward_backward', drop: 'after', skip: 1 },
    { path: '/optim_step', drop: 'after', skip: 2 },
    { path: '/forward_backward', status: 429, skip: 3 },
    { path: '/retrieve_future', status: 503, skip: 4, times: 2 },
    { path: '/save_weights', drop: 'after' },
    { path: '/save_weights_for_sampler', drop: 'after' },
  );
  const records = await trainTo(server, prepared, [4, 8]);
  await assertWhole(prepared, records.at(-1));
});

void test('a submission that the server refuses for good ends the attempt, and the next one starts clean', async () => {
  const prepared = await prepare(server);
  await server.fault({ path: '/optim_step', status: 422, body: { detail: 'no' }, skip: 1 });
  const worker = activities(server, prepared.store);
  await assert.rejects(segment(worker, prepared, null, 8), {
    type: 'TinkerRequestError',
    message: /422: no/,
  });
  await assertWhole(prepared, await segment(worker, prepared, null, 8));
});

void test('the first heartbeat names the session, and every step is reported', async () => {
  const prepared = await prepare(server);
  const work = recordedWork();
  await segment(activities(server, prepared.store), prepared, null, 3, work);
  const { resume, ...first } = work.reported[0] ?? {};
  assert.deepEqual(first, { stage: 'train', label: 'steps 0 to 2', done: 0, total: 8, unit: 'steps' });
  assert.match(JSON.stringify(resume), /^\{"sessionId":".+"\}$/);
  const notes = work.reported.map(({ done, note }) => `${done} ${note?.split(' ')[0]}`);
  assert.deepEqual(notes, ['0 undefined', '1 loss', '2 loss', '3 loss', '3 saving']);
});

void test('a billing pause is reported while it lasts, with the steps that are done, and loses nothing', async () => {
  const prepared = await prepare(server);
  const worker = activities(server, prepared.store);
  const first = await segment(worker, prepared, null, 3);
  // The live client serves the next segment, whose heartbeats get the message.
  await server.fault({ path: '/optim_step', status: 402, body: { detail: 'the card has expired' }, skip: 1 });
  const work = recordedWork();
  const last = await segment(worker, prepared, first, 8, work);
  const told = work.reported.filter(({ note }) => note?.startsWith('paused for billing') === true);
  assert.match(told[0]?.note ?? '', /given up in 60 minutes: .*402: the card has expired/);
  assert.ok((told[0]?.done ?? 0) >= 3);
  await assertWhole(prepared, last);
  await worker.close();
});

void test('a bill that is not paid ends the attempt with a remedy, and the next one continues', async () => {
  const prepared = await prepare(server);
  const worker = activities(server, prepared.store);
  await server.fault(
    { path: '/client/config', status: 200, body: { billing_exception_max_pause_duration_sec: 0 } },
    { path: '/optim_step', status: 402, body: { detail: 'the card has expired' }, skip: 1 },
  );
  await assert.rejects(segment(worker, prepared, null, 8), {
    type: 'TinkerBillingError',
    message: /402: the card has expired/,
    remedy: /billing/,
  });
  await assertWhole(prepared, await segment(worker, prepared, null, 8));
});
