import { GracefulShutdownPeriodExpiredError, IllegalStateError } from '@temporalio/worker';
import { HeadraceError } from '../core/errors.js';
import { shutdownLimitMs } from './shutdown.js';

/**
 * The error of a worker that failed while it shut down: WorkerLostError where its activities outlasted the
 * shutdown, else the error itself.
 */
export function shutdownErrorOf(error: unknown): unknown {
  if (!isForced(error)) return error;
  return new HeadraceError(
    'WorkerLostError',
    `The worker ended before its activities, which had ${shutdownLimitMs / 1000} s to save`,
    { remedy: 'Start another with `npx headrace worker`; what was not saved is done again.', cause: error },
  );
}

/** Where activities still run at the end, the SDK's own cleanup fails, with another error. */
function isForced(error: unknown): boolean {
  return (
    error instanceof GracefulShutdownPeriodExpiredError ||
    (error instanceof IllegalStateError && error.message.includes('still in use'))
  );
}
