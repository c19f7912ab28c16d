import type { ExitCode } from '../exit-codes.js';

/** Returns a commander action that runs `work` and sets its result as the exit code of the process. */
export function action<Args extends unknown[]>(
  work: (...args: Args) => Promise<ExitCode>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    process.exitCode = await work(...args);
  };
}
