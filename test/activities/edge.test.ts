import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { ActivityCancellationDetails } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { atEdge } from '../../activities/edge.js';
import type { WorkContext } from '../../core/progress.js';

/** What an activity fails with that ends only when it is cancelled, and is cancelled with these details. */
async function cancelledWith(
  reason: 'CANCELLED' | 'WORKER_SHUTDOWN',
  details: ConstructorParameters<typeof ActivityCancellationDetails>[0],
): Promise<unknown> {
  const environment = new MockActivityEnvironment();
  const activity = atEdge(untilAborted, { scrub: (text) => text });
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
