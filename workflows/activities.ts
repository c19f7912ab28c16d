import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../core/contracts/activities.js';
import { nonRetryableErrorTypes } from '../core/errors.js';

/**
 * A worker heartbeats every few seconds while its event loop is alive, so 20 s of silence mean that it is gone and
 * another attempt may start. Cancelled activities are waited for: they save and answer where they stand.
 */
const common: ActivityOptions = {
  heartbeatTimeout: '20 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
};

const backoff = {
  initialInterval: '1 second',
  backoffCoefficient: 2,
  maximumInterval: '1 minute',
  nonRetryableErrorTypes: [...nonRetryableErrorTypes],
};

/** Work of minutes to hours whose failures time mends (network, servers, crashes): tried until it is done. */
export const longWork: ActivityOptions = { ...common, startToCloseTimeout: '3 days', retry: backoff };

/** Questions that a person is waiting for an answer to: a few attempts, then the run parks and says why. */
export const probe: ActivityOptions = {
  ...common,
  startToCloseTimeout: '6 hours',
  retry: { ...backoff, maximumInterval: '5 seconds', maximumAttempts: 4 },
};

export const long = proxyActivities<Activities>(longWork);
export const bounded = proxyActivities<Activities>(probe);
