import { resolve } from 'node:path';
import type { Command } from 'commander';
import { isBucketPlace } from '../../activities/artifacts/s3/place.js';
import { HeadraceError } from '../../core/errors.js';
import { action } from '../command-line/action.js';
import { runHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { getResults } from '../results/get-results.js';
import { requireRun } from '../runs/find-run.js';
import { mixOf } from '../runs/mix-of.js';
import { folderOfRun, outOf } from '../runs/run-memo.js';
import { withTemporal } from '../temporal/connect.js';
import { broughtText } from '../text/brought.js';
import { print, say } from '../text/output.js';

interface GetOptions {
  readonly to?: string;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command('get')
    .description(
      'bring the results of a run from a store in a bucket into a folder; what is there stays, what was interrupted continues',
    )
    .argument('<run>', runHelp)
    .option('--to <dir>', "the folder; default: `out` of the recipe, or runs/RUN where it was started")
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      exampleText(
        ['get stage1', 'into the folder that the recipe names'],
        ['get stage1 --to /data/stage1', 'into another one, on any machine'],
      ),
    )
    .action(action(get));
}

async function get(name: string, { to, json = false }: GetOptions): Promise<ExitCode> {
  return await withTemporal(async (temporal) => {
    const run = await requireRun(temporal, name);
    const out = outOf(run);
    const folder = to === undefined ? folderOfRun(run) : resolve(to);
    if (!isBucketPlace(out)) return inFolder(name, out, folder, json);
    const brought = await getResults({ out, folder }, () => mixOf(temporal, name));
    if (brought === undefined) {
      say('Interrupted. The same command continues.');
      return exitCodes.interrupted;
    }
    const isRunning = run.status.name === 'RUNNING';
    if (json) print(JSON.stringify({ ...brought, isRunning }));
    else print(broughtText(brought));
    if (isRunning)
      say(`The run is under way: these are its results so far${brought.hasMix ? '' : ', without the mix'}.`);
    return exitCodes.done;
  });
}

/** A store in a folder has its results in one already. */
function inFolder(name: string, out: string, folder: string, json: boolean): ExitCode {
  if (folder !== out)
    throw new HeadraceError('UsageError', `The results of ${name} are in the folder ${out} already`, {
      remedy: 'Copy them from there; `get` is for stores in a bucket.',
    });
  if (json) print(JSON.stringify({ from: out, folder, files: [], skipped: [] }));
  else print(`The results of ${name} are in ${out}: its store is a folder.`);
  return exitCodes.done;
}
