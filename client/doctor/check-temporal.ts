import { failed, passed } from './checks.js';
import type { Check } from './checks.js';
import { requireWorker } from '../runs/require-worker.js';
import { withTemporal } from '../temporal/connect.js';
import type { TemporalClient } from '../temporal/connect.js';

/** Whether Temporal answers, and a worker polls the task queue. */
export async function checkTemporal(taskQueue: string): Promise<Check[]> {
  try {
    return await withTemporal(async (temporal) => {
      const { address, namespace } = temporal.target;
      const reached = passed('temporal', `${address}, namespace ${namespace}`);
      return [reached, await checkWorker(temporal, taskQueue)];
    });
  } catch (error) {
    return [failed('temporal', error)];
  }
}

async function checkWorker(temporal: TemporalClient, taskQueue: string): Promise<Check> {
  try {
    await requireWorker(temporal, taskQueue);
    return passed('worker', `polls ${taskQueue}`);
  } catch (error) {
    return failed('worker', error);
  }
}
