import type { Command } from 'commander';
import { action } from '../command-line/action.js';
import { runHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { billedUsage } from '../cost/billed-usage.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { handleOf, requireRun, runState } from '../runs/find-run.js';
import { withTemporal } from '../temporal/connect.js';
import { runCostText } from '../text/run-cost.js';
import { print } from '../text/output.js';

export function register(program: Command): void {
  program
    .command('cost')
    .description("a run's tokens and cost: planned, used so far, the budget, and what the server has billed")
    .argument('<run>', runHelp)
    .option('--json', 'as JSON')
    .addHelpText('after', exampleText(['cost stage1'], ['cost stage1 --json', 'for a script']))
    .action(action(cost));
}

async function cost(name: string, { json }: { readonly json?: boolean }): Promise<ExitCode> {
  return await withTemporal(async (temporal) => {
    const { startTime } = await requireRun(temporal, name);
    const { stage, server, cost: planned, train } = await runState(handleOf(temporal, name));
    if (planned === null || server === null) {
      print(
        json === true
          ? JSON.stringify({ cost: null })
          : `The training of ${name} is not planned yet; the run is in the stage ${stage}.`,
      );
      return exitCodes.done;
    }
    const used = train?.usage ?? null;
    const billed = await billedUsage(name, server, startTime.getTime());
    if (json === true) print(JSON.stringify({ cost: { ...planned, used, billed } }));
    else print(runCostText({ cost: planned, used, billed, since: startTime }));
    return exitCodes.done;
  });
}
