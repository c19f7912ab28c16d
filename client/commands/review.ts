import type { Command } from 'commander';
import { readRun } from '../../activities/report/read/read-run.js';
import { action } from '../command-line/action.js';
import { runHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { estimateFromMix } from '../cost/estimate.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { openLocalWork } from '../local-work.js';
import { handleOf, requireRun, runState } from '../runs/find-run.js';
import { outputsOf } from '../runs/outputs-of.js';
import { outOf, recipeOfRun } from '../runs/run-memo.js';
import { withTemporal } from '../temporal/connect.js';
import { costEstimateLines } from '../text/cost-estimate.js';
import { print } from '../text/output.js';
import { reviewText } from '../text/review.js';
import { waitText } from '../text/waits.js';

export function register(program: Command): void {
  program
    .command('review')
    .description('show what to read before `approve`: composition, conversations of the mix, rejected rows')
    .argument('<run>', runHelp)
    .addHelpText('after', exampleText(['review stage1']))
    .action(action(review));
}

async function review(name: string): Promise<ExitCode> {
  return await withTemporal(async (temporal) => {
    const description = await requireRun(temporal, name);
    const out = outOf(description);
    const { composition, stage, waitingFor } = await runState(handleOf(temporal, name));
    if (composition === null) {
      print(`The mix of ${name} is not made yet; the run is in the stage ${stage}.`);
      return exitCodes.done;
    }
    const outputs = await outputsOf(out);
    const files = await readRun(outputs, new AbortController().signal, { mix: true, training: false });
    print(reviewText(composition, files));
    const { train } = recipeOfRun(description).recipe;
    if (train !== undefined) {
      const estimate = await estimateFromMix(await openLocalWork(), train, composition, files.train.toRead);
      print(`\n${costEstimateLines(estimate).join('\n')}`);
    }
    print(`\nReport: ${outputs.placeOf('report.html')}`);
    print(`Origin of a line: npx headrace trace ${name} LINE`);
    if (waitingFor.length > 0) print(waitText(name, waitingFor));
    return exitCodes.done;
  });
}
