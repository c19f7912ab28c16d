import type { Command } from 'commander';
import { action } from '../command-line/action.js';
import { runHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { capChange } from '../runs/change-recipe.js';
import { requireRun } from '../runs/find-run.js';
import { recipeOfRun } from '../runs/run-memo.js';
import { sendUpdate } from '../runs/send-update.js';
import { withTemporal } from '../temporal/connect.js';
import { print } from '../text/output.js';

export function register(program: Command): void {
  program
    .command('change-caps')
    .description(
      'during a review: make the mix again with other rows or shares, from the pieces already converted',
    )
    .argument('<run>', runHelp)
    .argument('<caps...>', 'NAME=500 (rows), NAME=20% (share), NAME=all')
    .option('--note <text>', 'a note for the run history')
    .addHelpText('after', exampleText(['change-caps stage1 ultrachat=50000 lmsys=20%']))
    .action(action(changeCaps));
}

async function changeCaps(
  name: string,
  caps: readonly string[],
  { note = '' }: { readonly note?: string },
): Promise<ExitCode> {
  return await withTemporal(async (temporal) => {
    const run = recipeOfRun(await requireRun(temporal, name));
    print(await sendUpdate(temporal, name, 'changeCaps', capChange(run, caps, note)));
    return exitCodes.done;
  });
}
