import type { Command } from 'commander';
import { freeBytes } from '../../files/room.js';
import { HeadraceError } from '../../core/errors.js';
import { action } from '../command-line/action.js';
import { recipeHelp, setOption } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { openLocalWork } from '../local-work.js';
import { createPlanner, planSource } from '../plan/plan-source.js';
import type { SourcePlan } from '../plan/plan-source.js';
import { planTraining, trainingLines } from '../plan/plan-training.js';
import { readRecipeFile } from '../recipe/recipe-file.js';
import { print } from '../text/output.js';
import { planText } from '../text/plan.js';
import type { UnplannedSource } from '../text/plan.js';

interface PlanOptions {
  readonly set: readonly string[];
  readonly updateLock?: boolean;
  readonly explain?: boolean;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command('plan')
    .description(
      'what a run would download, reuse and convert, and what its first rows hold; downloads nothing',
    )
    .argument('<recipe>', recipeHelp)
    .addOption(setOption())
    .option('--update-lock', 'set recipe.lock.json to the latest commits on the Hub, and list the changes')
    .option('--explain', 'list every file and piece')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      exampleText(['plan recipes/stage1.yaml'], ['plan recipes/stage1.yaml --explain --json']),
    )
    .action(action(plan));
}

/** Returns exit code 1 where a source could not be planned; the others are shown. */
async function plan(path: string, options: PlanOptions): Promise<ExitCode> {
  const recipe = await readRecipeFile(path, { set: options.set });
  const local = await openLocalWork();
  const planner = createPlanner(local, recipe, options.updateLock === true);
  const sources = await Promise.all(
    recipe.sources.map(async (source): Promise<SourcePlan | UnplannedSource> => {
      try {
        return await planSource(planner, source);
      } catch (error) {
        if (!(error instanceof HeadraceError)) throw error;
        const { type, message, remedy } = error;
        return { name: source.name, error: { type, message, remedy } };
      }
    }),
  );
  const { root } = local.store;
  const free = await freeBytes(root);
  const training = recipe.train === undefined ? undefined : planTraining(recipe.train);
  if (options.json === true)
    print(JSON.stringify({ store: root, freeBytes: free, sources, training }, null, 2));
  else {
    print(planText(sources, { root, freeBytes: free }, options.explain === true));
    if (training !== undefined) print(trainingLines(training).join('\n'));
  }
  return sources.some((source) => 'error' in source) ? exitCodes.failed : exitCodes.done;
}
