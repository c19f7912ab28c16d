import type { Command } from 'commander';
import { lockPlace } from '../../activities/hub/resolve/lock-place.js';
import { action } from '../command-line/action.js';
import { runHelp, sourceHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { openLocalWork } from '../local-work.js';
import { sourceNamed } from '../recipe/source-named.js';
import { requireRun } from '../runs/find-run.js';
import { recipeOfRun } from '../runs/run-memo.js';
import { sendSource } from '../runs/send-local-parts.js';
import { sendUpdate } from '../runs/send-update.js';
import { withTemporal } from '../temporal/connect.js';
import { print, say } from '../text/output.js';

export function register(program: Command): void {
  program
    .command('retry-source')
    .description('try a parked source again')
    .argument('<run>', runHelp)
    .argument('<source>', sourceHelp)
    .option(
      '--update-lock',
      'take what the Hub or the bucket has now, instead of what recipe.lock.json names',
    )
    .addHelpText(
      'after',
      exampleText(
        ['retry-source stage1 lmsys', 'after you accepted the terms or set the token'],
        ['retry-source stage1 chats --update-lock', 'after you corrected an object of a bucket'],
      ),
    )
    .action(action(retrySource));
}

/** Local files may have been corrected since: they are sent again where workers cannot see them. */
async function retrySource(
  name: string,
  source: string,
  { updateLock = false }: { readonly updateLock?: boolean },
): Promise<ExitCode> {
  return await withTemporal(async (temporal) => {
    const { recipe } = recipeOfRun(await requireRun(temporal, name));
    await sendSource(recipe.out, sourceNamed(recipe, source));
    if (updateLock) await unlockSource(recipe.out, source);
    print(await sendUpdate(temporal, name, 'retrySource', { source }));
    return exitCodes.done;
  });
}

async function unlockSource(out: string, source: string): Promise<void> {
  const { store, work } = await openLocalWork();
  await lockPlace(store, out).remove(source, work.signal);
  say(`${source} is removed from recipe.lock.json; the run enters what is there now`);
}
