import { WorkflowUpdateFailedError } from '@temporalio/client';
import { HeadraceError, messageOf } from '../../core/errors.js';
import type { RunUpdates } from '../../core/run/api.js';
import { connected, print } from '../text/output.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { handleOf, requireRun, requireWorker } from './start-run.js';
import type { TemporalClient } from '../temporal/connect.js';

/** Names of the updates that a run takes. */
export type UpdateName = keyof RunUpdates;

/**
 * Sends one of the run's updates and returns its answer, which says what was done.
 *
 * @throws {HeadraceError} RunNotFoundError; NoWorkerError; UsageError where the run has ended or refuses, with the reason.
 */
export async function sendUpdate<Name extends UpdateName>(
  temporal: TemporalClient,
  name: string,
  which: Name,
  ...args: RunUpdates[Name]
): Promise<string> {
  const { status, taskQueue } = await requireRun(temporal, name);
  if (status.name !== 'RUNNING')
    throw new HeadraceError(
      'UsageError',
      `The run ${name} is ${status.name.toLowerCase()}; it waits for nothing`,
      { remedy: '`npx headrace list` shows all runs.' },
    );
  // Without one an update would wait for its answer for ever.
  await requireWorker(temporal, taskQueue);
  try {
    const handle = handleOf(temporal, name);
    const [argument] = args;
    return argument === undefined
      ? await handle.executeUpdate<string, []>(which)
      : await handle.executeUpdate<string, [unknown]>(which, { args: [argument] });
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    throw new HeadraceError('UsageError', messageOf(error.cause ?? error), {
      remedy: `\`npx headrace status ${name}\` shows what the run waits for.`,
    });
  }
}

/** Sends one of the run's updates and prints its answer. */
export async function update<Name extends UpdateName>(
  name: string,
  which: Name,
  ...args: RunUpdates[Name]
): Promise<ExitCode> {
  return await connected(async (temporal) => {
    print(await sendUpdate(temporal, name, which, ...args));
    return exitCodes.done;
  });
}
