import type { RunUpdates } from '../../core/run/api.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { withTemporal } from '../temporal/connect.js';
import { print } from '../text/output.js';
import { sendUpdate } from './send-update.js';
import type { UpdateName } from './send-update.js';

/** Sends one of the run's updates and prints its answer. */
export async function updateRun<Name extends UpdateName>(
  name: string,
  update: Name,
  ...args: RunUpdates[Name]
): Promise<ExitCode> {
  return await withTemporal(async (temporal) => {
    print(await sendUpdate(temporal, name, update, ...args));
    return exitCodes.done;
  });
}
