import { CommanderError } from 'commander';
import { HeadraceError, messageOf } from '../../core/errors.js';
import type { ErrorType } from '../../core/errors.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { say } from '../text/output.js';

/** Errors of the command line or the recipe, which have the exit code `usage`. */
const usageErrors: readonly ErrorType[] = ['RecipeError', 'UsageError', 'LabelError'];

/** Prints the error that ended a command, and returns its exit code. Commander prints its own errors. */
export function reportFailure(error: unknown, withStack: boolean): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  const known = error instanceof HeadraceError;
  const lines = known
    ? [`${error.type}: ${error.message}`, error.remedy]
    : [messageOf(error), 'Run again with --debug for the stack.'];
  if (withStack && error instanceof Error) lines.push(error.stack ?? '');
  say(lines.join('\n'));
  return known && usageErrors.includes(error.type) ? exitCodes.usage : exitCodes.failed;
}
