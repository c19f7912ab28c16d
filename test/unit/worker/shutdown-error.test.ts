import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GracefulShutdownPeriodExpiredError, IllegalStateError } from '@temporalio/worker';
import { HeadraceError } from '../../../core/errors.js';
import { shutdownErrorOf } from '../../../worker/shutdown-error.js';

void test('activities that outlast the shutdown end the worker with WorkerLostError', () => {
  for (const cause of [
    new GracefulShutdownPeriodExpiredError('Timed out while waiting for worker to shutdown gracefully'),
    new IllegalStateError('Client still in use'),
  ]) {
    const error = shutdownErrorOf(cause);
    assert.ok(error instanceof HeadraceError);
    assert.equal(error.type, 'WorkerLostError');
    assert.equal(error.cause, cause);
    assert.match(error.message, /120 s to save/);
  }
});

void test('any other error of a worker that shuts down stays as it is', () => {
  for (const error of [
    new IllegalStateError('Not running'),
    new Error('the connection is still in use'),
    new TypeError('a defect'),
    'still in use',
  ])
    assert.equal(shutdownErrorOf(error), error);
});
