import type { Command } from 'commander';
import { action } from '../command-line/action.js';
import { runHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { updateRun } from '../runs/update-run.js';

export function register(program: Command): void {
  program
    .command('pause')
    .description('stop the running work and save it; start nothing until `resume`')
    .argument('<run>', runHelp)
    .addHelpText('after', exampleText(['pause stage1', 'training saves a checkpoint first']))
    .action(action((run: string) => updateRun(run, 'pause')));
}
