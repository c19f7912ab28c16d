import type { Command } from 'commander';
import { action } from '../command-line/action.js';
import { runHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { handleOf, requireRun } from '../runs/find-run.js';
import { watchRun } from '../runs/watch-run.js';
import { withTemporal } from '../temporal/connect.js';
import { say } from '../text/output.js';

export function register(program: Command): void {
  program
    .command('cancel')
    .description('cancel a run: training saves a checkpoint first, finished pieces stay')
    .argument('<run>', runHelp)
    .option('--wait', 'wait until it has ended')
    .addHelpText('after', exampleText(['cancel stage1 --wait', 'waits until training has saved']))
    .action(action(cancel));
}

async function cancel(name: string, options: { readonly wait?: boolean }): Promise<ExitCode> {
  return await withTemporal(async (temporal) => {
    const { status } = await requireRun(temporal, name);
    if (status.name !== 'RUNNING') {
      say(`The run ${name} is not running: ${status.name.toLowerCase()}`);
      return exitCodes.failed;
    }
    await handleOf(temporal, name).cancel();
    say(
      `Cancelling ${name}; training saves a checkpoint first. To continue from it, start the same recipe again.`,
    );
    if (options.wait !== true) return exitCodes.done;
    const { signal } = new AbortController();
    const outcome = await watchRun(temporal, name, { signal, untilWait: false });
    say(outcome.kind === 'cancelled' ? 'Cancelled.' : `The run ended: ${outcome.kind}`);
    return exitCodes.done;
  });
}
