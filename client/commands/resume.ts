import type { Command } from 'commander';
import { action } from '../command-line/action.js';
import { runHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { updateRun } from '../runs/update-run.js';

export function register(program: Command): void {
  program
    .command('resume')
    .description('continue a paused run')
    .argument('<run>', runHelp)
    .addHelpText('after', exampleText(['resume stage1']))
    .action(action((run: string) => updateRun(run, 'resume')));
}
