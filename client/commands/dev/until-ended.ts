import type { RunningProgram } from '../../../dev/programs/running-program.js';
import { HeadraceError } from '../../../core/errors.js';
import { untilAborted } from '../../process/interrupt.js';

/**
 * Waits until the signal is aborted or the server ends, then closes the server.
 *
 * @param name - `The Temporal server`.
 * @throws {HeadraceError} ServerEndedError where it ended by itself.
 */
export async function untilEnded(name: string, server: RunningProgram, signal: AbortSignal): Promise<void> {
  await Promise.race([untilAborted(signal), server.exited]);
  const endedByItself = !signal.aborted;
  const { exitCode, signalCode } = server.process;
  await server.close();
  if (endedByItself)
    throw new HeadraceError(
      'ServerEndedError',
      `${name} has ended (${signalCode ?? `exit code ${exitCode}`}); its log is ${server.logPath}`,
    );
}
