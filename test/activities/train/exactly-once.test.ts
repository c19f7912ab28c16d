import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SegmentRecordRef, TrainSegmentResult } from '../../../core/contracts/training.js';
import { HeadraceError } from '../../../core/errors.js';
import { quietWork } from '../../support/work.js';
import { startServer, type Server } from '../../support/tinker-server.js';
import {
  activities,
  linesIn,
  metricsIn,
  prepare,
  segment,
  trainTo,
  type PreparedTraining,
} from '../../support/training.js';
import { startAttempt, type Attempt } from './segment-process.js';
import { assertEndsAs, trainWhole } from '../../support/whole-training.js';
import type { WholeTraining } from '../../support/whole-training.js';
import { until } from '../../support/until.js';

/**
 * Two segments of four steps; whatever happens to an attempt, what is left must equal the undisturbed
 * training.
 */
const ends = [4, 8] as const;

let server: Server;
let whole: WholeTraining;

before(async () => {
  server = await startServer();
  whole = await trainWhole(server);
});
after(() => server.close());

async function record(
  prepared: PreparedTraining,
  predecessor: SegmentRecordRef | null,
  result: TrainSegmentResult | undefined,
): Promise<SegmentRecordRef> {
  assert.ok(result);
  return await activities(server, prepared.store).recordSegment(
    {
      plan: prepared.training.plan,
      out: prepared.out,
      predecessor,
      from: predecessor?.nextStep ?? 0,
      result,
    },
    quietWork(),
  );
}

/** Losses, weights, and that the runs behind the records have done each step once and in order. */
async function assertWhole(
  prepared: PreparedTraining,
  records: readonly SegmentRecordRef[],
  on = server,
): Promise<void> {
  await assertEndsAs(whole, on, prepared, records.at(-1));
  const runs = [...new Set(records.map(({ statePath }) => statePath.split('/')[2] ?? ''))];
  const done = (await Promise.all(runs.map((run) => on.operationsOf(run)))).flat();
  const trained = done.filter(({ op, outcome }) => op === 'optim_step' && outcome === 'done');
  assert.deepEqual(
    trained.map(({ step }) => step),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
  const passes = done.filter(({ op, outcome }) => op === 'forward_backward' && outcome === 'done');
  assert.deepEqual(
    passes.map(({ step }) => step),
    [0, 1, 2, 3, 4, 5, 6, 7],
  );
}

/** Starts attempts and kills each at its point, then lets one come to its end. */
async function trainKilled(
  prepared: PreparedTraining,
  predecessor: SegmentRecordRef | null,
  to: number,
  points: readonly ((attempt: Attempt) => Promise<void>)[],
): Promise<SegmentRecordRef> {
  let left: string | undefined;
  for (const point of points) {
    const attempt = startAttempt(server, prepared, predecessor, to, left);
    await point(attempt);
    await attempt.kill();
    left = attempt.session() ?? left;
  }
  const { result, error } = await startAttempt(server, prepared, predecessor, to, left).ended;
  assert.equal(error, undefined);
  return await record(prepared, predecessor, result);
}

void test('kill -9 at every step boundary of every segment leaves the losses and weights of an undisturbed run', async () => {
  const prepared = await prepare(server);
  const records: SegmentRecordRef[] = [];
  for (const to of ends) {
    const predecessor = records.at(-1) ?? null;
    const boundaries = [0, 1, 2, 3, 4].map(
      (step) =>
        (attempt: Attempt): Promise<void> =>
          attempt.until(({ done }) => done >= to - 4 + step),
    );
    const saving = (attempt: Attempt): Promise<void> =>
      attempt.until(({ note }) => note?.startsWith('saving') === true);
    records.push(await trainKilled(prepared, predecessor, to, [...boundaries, saving]));
  }
  await assertWhole(prepared, records);
});

void test('kill -9 at random moments between steps leaves them too', async () => {
  const prepared = await prepare(server);
  const records: SegmentRecordRef[] = [];
  for (const to of ends) {
    const moments = [1, 2, 3, 4].map(() => async (attempt: Attempt): Promise<void> => {
      await attempt.until(() => true);
      await sleep(Math.random() * 150);
    });
    records.push(await trainKilled(prepared, records.at(-1) ?? null, to, moments));
  }
  await assertWhole(prepared, records);
});

for (const drop of ['before', 'after'] as const)
  void test(`a connection cut ${drop} the work of every single request changes nothing`, async () => {
    const prepared = await prepare(server);
    // Fault i is played on the i-th submission's first try: an earlier fault hides the request from the later
    // ones.
    for (let skip = 0; skip < 8; skip += 1)
      await server.fault(
        { path: '/forward_backward', drop, skip },
        { path: '/optim_step', drop, skip },
        ...(skip < 2
          ? [
              { path: '/save_weights', drop, skip },
              { path: '/save_weights_for_sampler', drop, skip },
              { path: '/retrieve_future', drop, skip: 5 * (skip + 1) },
            ]
          : []),
      );
    await assertWhole(prepared, await trainTo(server, prepared, ends));
  });

void test('408, 409, 429, 5xx, try_again and slow results change nothing', async () => {
  const prepared = await prepare(server);
  const detail = { detail: 'later' };
  const tryAgain = { type: 'try_again', request_id: 'any', queue_state: 'paused_capacity' };
  for (const [skip, status] of [408, 409, 429, 500, 502, 503, 504].entries())
    await server.fault(
      { path: '/forward_backward', status, body: detail, skip },
      { path: '/optim_step', status, body: detail, skip },
      { path: '/retrieve_future', status: status === 409 ? 503 : status, body: detail, skip: 2 * skip },
      { path: '/retrieve_future', status: 200, body: tryAgain, skip: 2 * skip + 1, times: 2 },
      { path: '/retrieve_future', delayMs: 150, skip: 2 * skip + 1 },
    );
  await server.fault(
    { path: '/load_weights', status: 503, body: detail },
    { path: '/create_model', status: 429, body: detail },
    { path: '/save_weights', status: 408, body: detail },
    { path: '/save_weights_for_sampler', status: 500, body: detail },
  );
  const worker = activities(server, prepared.store);
  const first = await segment(worker, prepared, null, 4);
  await worker.close();
  const next = activities(server, prepared.store);
  const last = await segment(next, prepared, first, 8);
  await next.close();
  await assertWhole(prepared, [first, last]);
  assert.deepEqual(
    await (await fetch(`${server.url}/dev/faults`)).json(),
    { faults: [] },
    'every fault was played',
  );
});

void test('an attempt that is stopped and wakes up after another has taken over changes nothing', async () => {
  const prepared = await prepare(server);
  const first = await segment(activities(server, prepared.store), prepared, null, 4);
  const zombie = startAttempt(server, prepared, first, 8);
  await zombie.until(({ done }) => done >= 5);
  zombie.child.kill('SIGSTOP');
  const { result } = await startAttempt(server, prepared, first, 8, zombie.session()).ended;
  const last = await record(prepared, first, result);
  zombie.child.kill('SIGCONT');
  // The next attempt has ended its session, so it can do nothing any more.
  const { error } = await zombie.ended;
  assert.equal(error, 'TinkerClientDeadError');
  await assertWhole(prepared, [first, last]);
});

void test('an abandoned attempt that ends after another was recorded changes nothing', async () => {
  const prepared = await prepare(server);
  const first = await segment(activities(server, prepared.store), prepared, null, 4);
  const zombie = startAttempt(server, prepared, first, 8);
  await zombie.until(({ done }) => done >= 5);
  zombie.child.kill('SIGSTOP');
  const last = await segment(activities(server, prepared.store), prepared, first, 8);
  const [metrics, checkpoints] = [
    await metricsIn(prepared.out),
    await linesIn(prepared.out, 'checkpoints.jsonl'),
  ];
  zombie.child.kill('SIGCONT');
  const { result } = await zombie.ended;
  assert.ok(result, 'nothing keeps it from ending');
  assert.notEqual(result.statePath, last.statePath);
  // Its result is too late for Temporal, so it is not recorded.
  const found = await activities(server, prepared.store).findRecords(
    { plan: prepared.training.plan, out: prepared.out },
    quietWork(),
  );
  assert.equal(found.last?.statePath, last.statePath);
  assert.equal(found.found, 2);
  assert.deepEqual(await metricsIn(prepared.out), metrics);
  assert.deepEqual(await linesIn(prepared.out, 'checkpoints.jsonl'), checkpoints);
  await assertWhole(prepared, [first, last]);
});

/** The session in which a checkpoint was saved: the id of its run begins with it. */
function sessionOf({ statePath }: SegmentRecordRef): string {
  return statePath.slice('tinker://'.length).split(':')[0] ?? '';
}

/** As Temporal does: on a busy machine a session may lapse once more. */
async function again<T>(attempt: () => Promise<T>, tries = 5): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    const isDead = error instanceof HeadraceError && error.type === 'TinkerClientDeadError';
    if (!isDead || tries === 1) throw error;
    return await again(attempt, tries - 1);
  }
}

void test('a session that lapses between two segments or within one costs an attempt and nothing else', async () => {
  const lapseSeconds = 2;
  const short = await startServer({ sessionLapseSeconds: lapseSeconds });
  try {
    const prepared = await prepare(short);
    const worker = activities(short, prepared.store);
    const first = await again(() => segment(worker, prepared, null, 4));
    await until(
      async () =>
        (await short.operations('end_session')).find(
          ({ sessionId, error }) => sessionId === sessionOf(first) && /lapsed/.test(error ?? ''),
        ),
      () => 'the session to lapse',
    );
    await assert.rejects(segment(worker, prepared, first, 8), { type: 'TinkerClientDeadError' });
    await short.fault({ path: '/optim_step', delayMs: 2 * lapseSeconds * 1_000, skip: 1 });
    await assert.rejects(segment(worker, prepared, first, 8), { type: 'TinkerClientDeadError' });
    const last = await again(() => segment(worker, prepared, first, 8));
    await assertWhole(prepared, [first, last], short);
    await worker.close();
  } finally {
    await short.close();
  }
});

void test('a refused save and a run that is gone end the attempt, a 409 on a submission does not; the next run is whole', async () => {
  const prepared = await prepare(server);
  await server.fault({ path: '/save_weights', status: 422, body: { detail: 'no' } });
  const worker = activities(server, prepared.store);
  await assert.rejects(segment(worker, prepared, null, 4), { type: 'TinkerRequestError' });
  await server.fault({ path: '/optim_step', status: 410, body: { detail: 'gone' }, skip: 2 });
  await assert.rejects(segment(worker, prepared, null, 4), { type: 'TinkerClientDeadError' });
  await server.fault({ path: '/forward_backward', status: 409, body: { detail: 'again' }, times: 2 });
  const first = await segment(worker, prepared, null, 4);
  const last = await segment(worker, prepared, first, 8);
  await assertWhole(prepared, [first, last]);
  await worker.close();
});
