import type { Command } from 'commander';
import { storePlace, openStore } from '../../activities/artifacts/open-store.js';
import { action } from '../command-line/action.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { print } from '../text/output.js';

export function register(program: Command): void {
  program
    .command('store-id')
    .description("print the store's id, which names its task queue")
    .addHelpText('after', exampleText(['store-id']))
    .action(action(storeId));
}

async function storeId(): Promise<ExitCode> {
  print((await openStore(storePlace())).id);
  return exitCodes.done;
}
