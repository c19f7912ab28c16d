import type { Command } from 'commander';
import { storePlace, openStore } from '../../activities/artifacts/open-store.js';
import { HeadraceError } from '../../core/errors.js';
import { lineOf } from '../../files/json-lines.js';
import { action } from '../command-line/action.js';
import { integer, runHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { traceLine } from '../mix/trace-line.js';
import type { LineOrigin } from '../mix/trace-line.js';
import { requireRun } from '../runs/find-run.js';
import { mixOf } from '../runs/mix-of.js';
import { outputsOf } from '../runs/outputs-of.js';
import { outOf } from '../runs/run-memo.js';
import { withTemporal } from '../temporal/connect.js';
import { print } from '../text/output.js';

interface TraceOptions {
  readonly heldout?: boolean;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command('trace')
    .description('show the origin of a line of train.jsonl: source, file and row')
    .argument('<run>', runHelp)
    .argument('<line>', 'from 1', integer)
    .option('--heldout', 'a line of heldout.jsonl')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      exampleText(['trace stage1 17', 'line 17 of train.jsonl'], ['trace stage1 3 --heldout --json']),
    )
    .action(action(trace));
}

async function trace(name: string, line: number, options: TraceOptions): Promise<ExitCode> {
  return await withTemporal(async (temporal) => {
    const side = options.heldout === true ? 'heldout' : 'train';
    const out = outOf(await requireRun(temporal, name));
    const store = await openStore(storePlace());
    const origin = await traceLine(store, await mixOf(temporal, name), line, side);
    if (origin === undefined)
      throw new HeadraceError('UsageError', `${side}.jsonl of ${name} has no line ${line}`, {
        remedy: 'Lines are counted from 1; the composition shows how many there are.',
      });
    if (options.json === true) print(JSON.stringify({ line, file: `${side}.jsonl`, ...origin }));
    else {
      print(`line ${line} of ${side}.jsonl: source ${origin.source}, ${placeText(origin)}`);
      print((await lineOf((await outputsOf(out)).blocks(`${side}.jsonl`), line)) ?? '');
    }
    return exitCodes.done;
  });
}

function placeText({ path, unit, row, dataset, commitSha = '?' }: LineOrigin): string {
  const place = `${path}, ${unit} ${row}`;
  return dataset === undefined ? place : `${dataset} at ${commitSha}, ${place}`;
}
