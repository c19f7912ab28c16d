import type { Command } from 'commander';
import { action } from '../command-line/action.js';
import { runHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { budgetChange } from '../runs/change-recipe.js';
import { requireRun } from '../runs/find-run.js';
import { recipeOfRun } from '../runs/run-memo.js';
import { sendUpdate } from '../runs/send-update.js';
import { withTemporal } from '../temporal/connect.js';
import { print } from '../text/output.js';

export function register(program: Command): void {
  program
    .command('change-budget')
    .description('limit what a training may use; one that waits at its budget continues')
    .argument('<run>', runHelp)
    .argument('<limits...>', 'tokens=2000000, usd=12.50, tokens=none, usd=none; a limit not given stays')
    .option('--note <text>', 'a note for the run history')
    .addHelpText('after', exampleText(['change-budget stage1 tokens=50000000 usd=40']))
    .action(action(changeBudget));
}

async function changeBudget(
  name: string,
  limits: readonly string[],
  { note = '' }: { readonly note?: string },
): Promise<ExitCode> {
  return await withTemporal(async (temporal) => {
    const run = recipeOfRun(await requireRun(temporal, name));
    print(await sendUpdate(temporal, name, 'changeBudget', budgetChange(run, limits, note)));
    return exitCodes.done;
  });
}
