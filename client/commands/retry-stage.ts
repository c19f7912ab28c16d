import { Argument } from 'commander';
import type { Command } from 'commander';
import type { Stage } from '../../core/run/stages.js';
import { action } from '../command-line/action.js';
import { runHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { updateRun } from '../runs/update-run.js';

export function register(program: Command): void {
  program
    .command('retry-stage')
    .description('try a parked stage again')
    .argument('<run>', runHelp)
    .addArgument(
      new Argument('<stage>', 'as `status` shows it').choices(['mix', 'tokenise', 'train', 'report']),
    )
    .addHelpText(
      'after',
      exampleText(['retry-stage stage1 train', 'after you settled the bill or set the key']),
    )
    .action(action((run: string, stage: Stage) => updateRun(run, 'retryStage', { stage })));
}
