import { Argument } from 'commander';
import type { Command } from 'commander';
import type { Stage } from '../../core/run/stages.js';
import { action } from '../command-line/action.js';
import { runHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { requireRun } from '../runs/find-run.js';
import { recipeOfRun } from '../runs/run-memo.js';
import { sendTokenizerAgain } from '../runs/send-local-parts.js';
import { sendUpdate } from '../runs/send-update.js';
import { withTemporal } from '../temporal/connect.js';
import { print } from '../text/output.js';

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
    .action(action(retryStage));
}

/** A local tokenizer may have been corrected since: it is sent again where workers cannot see it. */
async function retryStage(name: string, stage: Stage): Promise<ExitCode> {
  return await withTemporal(async (temporal) => {
    if (stage === 'tokenise') await sendTokenizerAgain(recipeOfRun(await requireRun(temporal, name)).recipe);
    print(await sendUpdate(temporal, name, 'retryStage', { stage }));
    return exitCodes.done;
  });
}
