import { WorkflowUpdateFailedError } from '@temporalio/client';
import { HeadraceError, messageOf } from '../../core/errors.js';
import type { RunUpdates } from '../../core/run/api.js';
import type { TemporalClient } from '../temporal/connect.js';
import { handleOf, requireRun } from './find-run.js';
import { requireWorkers } from './require-worker.js';

/** Names of the updates that a run takes. */
export type UpdateName = keyof RunUpdates;

/**
 * Sends one of the run's updates and returns its answer, a sentence about the effect.
 *
 * @throws {HeadraceError} RunNotFoundError; NoWorkerError; UsageError with the reason where the run has ended
 *   or refuses.
 */
export async function sendUpdate<Name extends UpdateName>(
  temporal: TemporalClient,
  name: string,
  update: Name,
  ...args: RunUpdates[Name]
): Promise<string> {
  const { status, taskQueue } = await requireRun(temporal, name);
  if (status.name !== 'RUNNING')
    throw new HeadraceError(
      'UsageError',
      `The run ${name} is ${status.name.toLowerCase()}; it waits for nothing`,
      { remedy: '`npx headrace list` shows all runs.' },
    );
  // Without a worker an update waits for ever.
  await requireWorkers(temporal, taskQueue, ['main']);
  try {
    const handle = handleOf(temporal, name);
    const [argument] = args;
    return argument === undefined
      ? await handle.executeUpdate<string, []>(update)
      : await handle.executeUpdate<string, [unknown]>(update, { args: [argument] });
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    throw new HeadraceError('UsageError', messageOf(error.cause ?? error), {
      remedy: `\`npx headrace status ${name}\` shows what the run waits for.`,
      cause: error,
    });
  }
}
