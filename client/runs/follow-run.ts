import type { ExitCode } from '../exit-codes.js';
import { interruptible } from '../process/interrupt.js';
import type { TemporalClient } from '../temporal/connect.js';
import { showOutcome } from './show-outcome.js';
import { watchRun } from './watch-run.js';

/**
 * Watches a run until it ends, waits for a decision or Ctrl-C is pressed; shows the outcome and returns its
 * exit code.
 */
export async function followRun(
  temporal: TemporalClient,
  name: string,
  options: { readonly uiLink: string | undefined; readonly json?: boolean | undefined },
): Promise<ExitCode> {
  const outcome = await interruptible((signal) => watchRun(temporal, name, { signal }));
  return await showOutcome(name, outcome, {
    ...options,
    afterInterrupt: `The run continues. Watch it with \`npx headrace watch ${name}\`; end it with \`npx headrace cancel ${name}\`.`,
  });
}
