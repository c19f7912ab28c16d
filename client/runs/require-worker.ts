import { setTimeout as sleep } from 'node:timers/promises';
import proto from '@temporalio/proto';
import { HeadraceError } from '../../core/errors.js';
import type { TemporalClient } from '../temporal/connect.js';

/** Checks, a second apart: the server lists a new worker after a moment. */
const attempts = 5;
/**
 * A poller that the server has seen within this time counts as a worker; a long poll lasts about a minute.
 */
const pollerFreshMs = 90_000;

/** @throws {HeadraceError} NoWorkerError where no worker polls the task queue. */
export async function requireWorker(temporal: TemporalClient, taskQueue: string): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await sleep(1_000);
    if (await hasWorker(temporal, taskQueue)) return;
  }
  throw new HeadraceError(
    'NoWorkerError',
    `No worker polls the task queue ${taskQueue} at ${temporal.target.address}; nothing was started`,
  );
}

async function hasWorker(temporal: TemporalClient, taskQueue: string): Promise<boolean> {
  const { pollers } = await temporal.connection.workflowService.describeTaskQueue({
    namespace: temporal.target.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  return (pollers ?? []).some((poller) => {
    const seconds = poller.lastAccessTime?.seconds;
    return seconds !== undefined && seconds !== null && Date.now() - Number(seconds) * 1000 < pollerFreshMs;
  });
}
