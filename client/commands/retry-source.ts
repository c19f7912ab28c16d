import type { Command } from 'commander';
import { action } from '../command-line/action.js';
import { runHelp, sourceHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { updateRun } from '../runs/update-run.js';

export function register(program: Command): void {
  program
    .command('retry-source')
    .description('try a parked source again')
    .argument('<run>', runHelp)
    .argument('<source>', sourceHelp)
    .addHelpText(
      'after',
      exampleText(['retry-source stage1 lmsys', 'after you accepted the terms or set the token']),
    )
    .action(action((run: string, source: string) => updateRun(run, 'retrySource', { source })));
}
