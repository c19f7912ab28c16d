import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/workflow';
import { isInterrupted, isWorkerLost } from '../../../workflows/failure.js';

type RetryState = ActivityFailure['retryState'];

function activityFailure(cause: Error, retryState: RetryState = 'MAXIMUM_ATTEMPTS_REACHED'): ActivityFailure {
  return new ActivityFailure('Activity task failed', 'resolveSource', '1', retryState, 'worker', cause);
}

const workerLost = ApplicationFailure.create({
  message: 'The worker was shut down',
  type: 'WorkerLostError',
});

void test('a heartbeat timeout and a WorkerLostError are losses of the worker', () => {
  const silence = new TimeoutFailure('activity Heartbeat timeout', undefined, 'HEARTBEAT');
  assert.ok(isWorkerLost(activityFailure(silence)));
  assert.ok(isWorkerLost(activityFailure(workerLost)));
});

void test('other timeouts and failures are no losses of the worker', () => {
  const late = new TimeoutFailure('activity StartToClose timeout', undefined, 'START_TO_CLOSE');
  const unavailable = ApplicationFailure.create({ message: '503', type: 'HubUnavailableError' });
  for (const cause of [late, unavailable, new CancelledFailure('Cancelled')])
    assert.ok(!isWorkerLost(activityFailure(cause)), cause.message);
  assert.ok(!isWorkerLost(workerLost), 'it is not the failure of an activity');
  assert.ok(!isWorkerLost(undefined));
});

void test('a failure that is not retried because of a cancel interrupts as a cancellation does', () => {
  assert.ok(isInterrupted(activityFailure(workerLost, 'CANCEL_REQUESTED')));
  assert.ok(isInterrupted(activityFailure(new CancelledFailure('Cancelled'), 'CANCEL_REQUESTED')));
  assert.ok(isInterrupted(new CancelledFailure('Cancelled')));
  assert.ok(!isInterrupted(activityFailure(workerLost)));
});
