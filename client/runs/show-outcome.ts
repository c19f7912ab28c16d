import type { Env } from '../../core/env.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { print, say } from '../text/output.js';
import { resultText } from '../text/result.js';
import { waitText } from '../text/waits.js';
import { readCheckpoints } from './checkpoints.js';
import type { WatchOutcome } from './watch-run.js';

export interface ShowOptions {
  readonly uiLink: string | undefined;
  /** Print the outcome as JSON in place of texts. */
  readonly json?: boolean | undefined;
  /** Written to stderr after Ctrl-C. */
  readonly afterInterrupt: string;
  /** Names the store. @default process.env */
  readonly env?: Env;
}

/** Prints how a watched run ended, or why watching ended, and returns the exit code. */
export async function showOutcome(
  name: string,
  outcome: WatchOutcome,
  { uiLink, json = false, afterInterrupt, env = process.env }: ShowOptions,
): Promise<ExitCode> {
  if (json) print(JSON.stringify(outcome));
  switch (outcome.kind) {
    case 'done':
      if (!json) print(resultText(outcome.result, await readCheckpoints(outcome.result.out, env), uiLink));
      return exitCodes.done;
    case 'waits':
      if (!json) print(waitText(name, outcome.waits));
      return exitCodes.needsPerson;
    case 'cancelled':
      say('The run was cancelled. Starting the same recipe again uses its finished pieces and checkpoints.');
      return exitCodes.cancelled;
    case 'failed':
      say(`The run failed: ${outcome.message}`);
      return exitCodes.failed;
    case 'interrupted':
      say(afterInterrupt);
      return exitCodes.interrupted;
  }
}
