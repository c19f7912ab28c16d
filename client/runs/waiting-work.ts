import { plural } from '../../core/format.js';
import { roleNamed, roles } from '../../core/run/roles.js';
import type { Role } from '../../core/run/roles.js';
import type { TemporalClient } from '../temporal/connect.js';
import type { PendingActivity } from './pending-activities.js';
import { queuesText, startRemedy, unservedRoles } from './require-worker.js';

/** The roles whose activities wait for a worker, while none of theirs is under way. */
export function rolesThatWait(pending: readonly PendingActivity[]): readonly Role[] {
  const waits = (role: Role): boolean => {
    const own = pending.filter(({ type }) => roleNamed(type) === role);
    return own.length > 0 && own.every(({ started }) => !started);
  };
  return roles.filter(waits);
}

/**
 * A sentence about the roles that work waits for and that no worker serves; `undefined` where each is served.
 *
 * @param taskQueue - that of the workflows.
 */
export async function unservedText(
  temporal: TemporalClient,
  taskQueue: string,
  pending: readonly PendingActivity[],
): Promise<string | undefined> {
  const unserved = await unservedRoles(temporal, taskQueue, rolesThatWait(pending));
  if (unserved.length === 0) return undefined;
  const waiting = pending.filter(({ type }) => unserved.some((role) => role === roleNamed(type)));
  return `Waiting for a worker: ${plural(waiting.length, 'task')}. No worker polls ${queuesText(taskQueue, unserved)}. ${startRemedy(unserved)}`;
}
