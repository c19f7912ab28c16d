import { queueOfRole } from '../../core/run/roles.js';
import type { Role } from '../../core/run/roles.js';
import { failed, passed, warned } from './checks.js';
import type { Check } from './checks.js';
import { requireWorkers } from '../runs/require-worker.js';
import { withTemporal } from '../temporal/connect.js';
import type { TemporalClient } from '../temporal/connect.js';

/**
 * Whether Temporal answers, and workers poll for the roles.
 *
 * @param taskQueue - that of the workflows; `undefined` where it is not known.
 */
export async function checkTemporal(
  taskQueue: string | undefined,
  roles: readonly Role[],
): Promise<Check[]> {
  try {
    return await withTemporal(async (temporal) => {
      const { address, namespace } = temporal.target;
      const reached = passed('temporal', `${address}, namespace ${namespace}`);
      return [reached, await checkWorkers(temporal, taskQueue, roles)];
    });
  } catch (error) {
    return [failed('temporal', error)];
  }
}

async function checkWorkers(
  temporal: TemporalClient,
  taskQueue: string | undefined,
  roles: readonly Role[],
): Promise<Check> {
  if (taskQueue === undefined)
    return warned('worker', 'not checked: the id of the store names the task queue, and it cannot be opened');
  try {
    await requireWorkers(temporal, taskQueue, roles);
    return passed('worker', `polls ${roles.map((role) => queueOfRole(taskQueue, role)).join(', ')}`);
  } catch (error) {
    return failed('worker', error);
  }
}
