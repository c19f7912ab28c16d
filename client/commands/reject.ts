import type { Command } from 'commander';
import { action } from '../command-line/action.js';
import { runHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { updateRun } from '../runs/update-run.js';

export function register(program: Command): void {
  program
    .command('reject')
    .description('end a run that waits for review')
    .argument('<run>', runHelp)
    .option('--note <text>', 'a note for the run history')
    .addHelpText('after', exampleText(['reject stage1 --note "too much code in lmsys"']))
    .action(
      action((run: string, { note = '' }: { readonly note?: string }) => updateRun(run, 'reject', { note })),
    );
}
