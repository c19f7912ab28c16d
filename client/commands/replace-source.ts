import { resolve } from 'node:path';
import type { Command } from 'commander';
import { defined } from '../../core/defined.js';
import { action } from '../command-line/action.js';
import { collect, fraction, runHelp, sourceHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { replacement } from '../runs/change-recipe.js';
import type { SourceChange } from '../runs/change-recipe.js';
import { requireRun } from '../runs/find-run.js';
import { recipeOfRun } from '../runs/run-memo.js';
import { sendSource } from '../runs/send-local-parts.js';
import { sendUpdate } from '../runs/send-update.js';
import { withTemporal } from '../temporal/connect.js';
import { print } from '../text/output.js';

export function register(program: Command): void {
  program
    .command('replace-source')
    .description('try a parked source again with another definition; keys that are not given stay')
    .argument('<run>', runHelp)
    .argument('<source>', sourceHelp)
    .option('--dataset <id>', 'another dataset of the Hub')
    .option('--revision <revision>', 'branch, tag or commit')
    .option('--config <name>')
    .option('--split <name>')
    .option('--data-files <pattern>', 'repeatable', collect)
    .option('--files <path>', 'local files or globs instead; repeatable', collect)
    .option('--format <format>')
    .option('--max-reject-fraction <fraction>', 'how many rows may be rejected', fraction)
    .addHelpText(
      'after',
      exampleText(
        ['replace-source stage1 magpie --revision 0b2e1c4', 'another commit'],
        ['replace-source stage1 lmsys --files "lmsys/*.parquet"', 'local files in place of the Hub'],
      ),
    )
    .action(action(replaceSource));
}

async function replaceSource(name: string, source: string, options: SourceChange): Promise<ExitCode> {
  return await withTemporal(async (temporal) => {
    const run = recipeOfRun(await requireRun(temporal, name));
    const files = options.files?.map((path) => resolve(path).replaceAll('\\', '/'));
    const input = replacement(run, source, { ...options, ...defined({ files }) });
    await sendSource(run.recipe.out, input.source);
    print(await sendUpdate(temporal, name, 'replaceSource', input));
    return exitCodes.done;
  });
}
