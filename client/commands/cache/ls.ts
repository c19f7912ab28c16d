import type { Command } from 'commander';
import { storePlace, openStore } from '../../../activities/artifacts/open-store.js';
import { surveyStore } from '../../cache/survey.js';
import { action } from '../../command-line/action.js';
import { exampleText } from '../../command-line/examples.js';
import { exitCodes } from '../../exit-codes.js';
import type { ExitCode } from '../../exit-codes.js';
import { surveyText } from '../../text/cache.js';
import { print } from '../../text/output.js';

export function register(cache: Command): void {
  cache
    .command('ls')
    .description(
      'list the files and artifacts of the store, their sizes, the runs that use them, and what killed work has left',
    )
    .option('--json', 'as JSON')
    .addHelpText('after', exampleText(['cache ls']))
    .action(action(ls));
}

async function ls(options: { readonly json?: boolean }): Promise<ExitCode> {
  const survey = await surveyStore(await openStore(storePlace(), { marksUse: false }));
  print(options.json === true ? JSON.stringify(survey, null, 2) : surveyText(survey));
  return exitCodes.done;
}
