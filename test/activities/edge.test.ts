import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { ActivityCancellationDetails } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { atEdge } from '../../activities/edge.js';
import { HeadraceError } from '../../core/errors.js';
import type { Progress, WorkContext } from '../../core/progress.js';

/** What an activity fails with that ends only when it is cancelled, and is cancelled with these details. */
async function cancelledWith(
  reason: 'CANCELLED' | 'WORKER_SHUTDOWN',
  details: ConstructorParameters<typeof ActivityCancellationDetails>[0],
): Promise<unknown> {
  const environment = new MockActivityEnvironment();
  const activity = atEdge(untilAborted, { scrub: (text) => text, heartbeatEveryMs: 1_000 });
  const ended = environment.run(activity, undefined);
  environment.cancel(reason, new ActivityCancellationDetails(details));
  return await ended.then(
    () => assert.fail('it should have failed'),
    (error: unknown) => error,
  );
}

async function untilAborted(_input: undefined, { signal }: WorkContext): Promise<never> {
  if (!signal.aborted) await new Promise((done) => signal.addEventListener('abort', done));
  throw signal.reason;
}

void test('a worker that shuts down ends its activities with a WorkerLostError, which is retried', async () => {
  const failure = await cancelledWith('WORKER_SHUTDOWN', { workerShutdown: true });
  assert.ok(failure instanceof ApplicationFailure);
  assert.deepEqual([failure.type, failure.nonRetryable], ['WorkerLostError', false]);
});

void test('an activity whose cancel was requested ends as cancelled, also where its worker shuts down', async () => {
  for (const workerShutdown of [false, true]) {
    const failure = await cancelledWith('CANCELLED', { cancelRequested: true, workerShutdown });
    assert.ok(failure instanceof CancelledFailure, `workerShutdown: ${workerShutdown}`);
  }
});

const half: Progress = { stage: 'train', label: 'demo', done: 1, total: 2, unit: 'steps' };

/** What a ninth attempt fails with, and its last heartbeat, where earlier attempts left such details. */
async function ninthAttempt(
  heartbeatDetails: object,
  work: (context: WorkContext) => void,
): Promise<{ readonly failure: ApplicationFailure; readonly lastBeat: unknown }> {
  const environment = new MockActivityEnvironment({ attempt: 9, heartbeatDetails });
  let lastBeat: unknown;
  environment.on('heartbeat', (details: unknown) => {
    lastBeat = details;
  });
  const activity = atEdge(async (_input: undefined, context: WorkContext) => work(context), {
    scrub: (text) => text,
    heartbeatEveryMs: 1_000,
  });
  const failure: unknown = await environment.run(activity, undefined).then(
    () => assert.fail('it should have failed'),
    (error: unknown) => error,
  );
  assert.ok(failure instanceof ApplicationFailure);
  return { failure, lastBeat };
}

function defect(): never {
  throw new TypeError('a defect');
}

void test('an InternalError is retried however many attempts ended with their worker', async () => {
  const { failure, lastBeat } = await ninthAttempt(half, defect);
  assert.deepEqual([failure.type, failure.nonRetryable], ['InternalError', false]);
  assert.deepEqual(lastBeat, { ...half, internalErrors: 1 });
});

void test('the fifth InternalError is final, and other failures do not count', async () => {
  const fourth = await ninthAttempt({ ...half, internalErrors: 3 }, defect);
  assert.equal(fourth.failure.nonRetryable, false);
  const other = await ninthAttempt({ ...half, internalErrors: 4 }, ({ progress }) => {
    progress({ ...half, done: 2 });
    throw new HeadraceError('HubUnavailableError', 'the Hub does not answer');
  });
  assert.equal(other.failure.nonRetryable, false);
  assert.deepEqual(other.lastBeat, { ...half, done: 2, internalErrors: 4 });
  const fifth = await ninthAttempt({ ...half, internalErrors: 4 }, defect);
  assert.equal(fifth.failure.nonRetryable, true);
});
