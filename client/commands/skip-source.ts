import type { Command } from 'commander';
import { action } from '../command-line/action.js';
import { runHelp, sourceHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { updateRun } from '../runs/update-run.js';

export function register(program: Command): void {
  program
    .command('skip-source')
    .description('continue without a parked source')
    .argument('<run>', runHelp)
    .argument('<source>', sourceHelp)
    .addHelpText('after', exampleText(['skip-source stage1 magpie']))
    .action(action((run: string, source: string) => updateRun(run, 'skipSource', { source })));
}
