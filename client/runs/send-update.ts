import { WorkflowUpdateFailedError } from '@temporalio/client';
import { HeadraceError, messageOf } from '../../core/errors.js';
import { connected, print } from '../text/output.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { handleOf, requireRun, requireWorker } from './start-run.js';
import type { TemporalClient } from '../temporal/connect.js';

/** What a person may tell a run; the names are those of the workflow's updates. */
export type UpdateName =
  | 'retrySource'
  | 'skipSource'
  | 'replaceSource'
  | 'retryStage'
  | 'approve'
  | 'reject'
  | 'changeCaps'
  | 'pause'
  | 'resume'
  | 'saveCheckpoint';

/**
 * Sends one of the run's updates and returns its answer, which says what was done.
 *
 * @throws {HeadraceError} RunNotFoundError; NoWorkerError; UsageError where the run has ended or refuses, with the reason.
 */
export async function sendUpdate(
  temporal: TemporalClient,
  name: string,
  which: UpdateName,
  argument?: unknown,
): Promise<string> {
  const { status, taskQueue } = await requireRun(temporal, name);
  if (status.name !== 'RUNNING')
    throw new HeadraceError(
      'UsageError',
      `The run ${name} is ${status.name.toLowerCase()}; it waits for nothing`,
      { remedy: '`npx headrace list` shows the runs there are.' },
    );
  // Without one an update would wait for its answer for ever.
  await requireWorker(temporal, taskQueue);
  try {
    const handle = handleOf(temporal, name);
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
export async function update(name: string, which: UpdateName, argument?: unknown): Promise<ExitCode> {
  return await connected(async (temporal) => {
    print(await sendUpdate(temporal, name, which, argument));
    return exitCodes.done;
  });
}
