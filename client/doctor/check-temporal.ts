import { queueOfRole } from '../../core/run/roles.js';
import type { Role } from '../../core/run/roles.js';
import { failed, passed } from './checks.js';
import type { Check } from './checks.js';
import { requireWorkers } from '../runs/require-worker.js';
import { withTemporal } from '../temporal/connect.js';
import type { TemporalClient } from '../temporal/connect.js';

/**
 * Whether Temporal answers, and workers poll for the roles.
 *
 * @param taskQueue - that of the workflows.
 */
export async function checkTemporal(taskQueue: string, roles: readonly Role[]): Promise<Check[]> {
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
  taskQueue: string,
  roles: readonly Role[],
): Promise<Check> {
  try {
    await requireWorkers(temporal, taskQueue, roles);
    return passed('worker', `polls ${roles.map((role) => queueOfRole(taskQueue, role)).join(', ')}`);
  } catch (error) {
    return failed('worker', error);
  }
}
