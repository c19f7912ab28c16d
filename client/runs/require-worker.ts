import { setTimeout as sleep } from 'node:timers/promises';
import proto from '@temporalio/proto';
import { HeadraceError } from '../../core/errors.js';
import { queueOfRole } from '../../core/run/roles.js';
import type { Role } from '../../core/run/roles.js';
import type { TemporalClient } from '../temporal/connect.js';

/** Checks, a second apart: the server lists a new worker after a moment. */
const attempts = 5;
/**
 * A poller that the server has seen within this time counts as a worker; a long poll lasts about a minute.
 */
const pollerFreshMs = 90_000;

/**
 * @param taskQueue - that of the workflows.
 * @throws {HeadraceError} NoWorkerError where no worker polls for one of the roles.
 */
export async function requireWorkers(
  temporal: TemporalClient,
  taskQueue: string,
  roles: readonly Role[],
): Promise<void> {
  let missing = roles;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await sleep(1_000);
    missing = await unservedRoles(temporal, taskQueue, missing);
    if (missing.length === 0) return;
  }
  throw new HeadraceError(
    'NoWorkerError',
    `No worker polls ${queuesText(taskQueue, missing)} at ${temporal.target.address}; nothing was started`,
    missing.length === roles.length ? {} : { remedy: startRemedy(missing) },
  );
}

/** How to start a worker for the roles. */
export function startRemedy(roles: readonly Role[]): string {
  return `Start one with \`npx headrace worker --roles ${roles.join(',')}\`.`;
}

/** `headrace-1f0e-io (role io), headrace-1f0e-cpu (role cpu)`. */
export function queuesText(taskQueue: string, roles: readonly Role[]): string {
  return roles.map((role) => `${queueOfRole(taskQueue, role)} (role ${role})`).join(', ');
}

/** Those of the roles for which no worker polls. */
export async function unservedRoles(
  temporal: TemporalClient,
  taskQueue: string,
  roles: readonly Role[],
): Promise<readonly Role[]> {
  const served = await Promise.all(roles.map(async (role) => await hasWorker(temporal, taskQueue, role)));
  return roles.filter((_, index) => served[index] === false);
}

const { TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_WORKFLOW } = proto.temporal.api.enums.v1.TaskQueueType;

async function hasWorker(temporal: TemporalClient, taskQueue: string, role: Role): Promise<boolean> {
  const { pollers } = await temporal.connection.workflowService.describeTaskQueue({
    namespace: temporal.target.namespace,
    taskQueue: { name: queueOfRole(taskQueue, role) },
    taskQueueType: role === 'main' ? TASK_QUEUE_TYPE_WORKFLOW : TASK_QUEUE_TYPE_ACTIVITY,
  });
  return (pollers ?? []).some((poller) => {
    const seconds = poller.lastAccessTime?.seconds;
    return seconds !== undefined && seconds !== null && Date.now() - Number(seconds) * 1000 < pollerFreshMs;
  });
}
