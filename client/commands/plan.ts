import type { Command } from 'commander';
import { freeBytes } from '../../files/room.js';
import { HeadraceError } from '../../core/errors.js';
import type { Source } from '../../core/recipe.js';
import { action } from '../command-line/action.js';
import { recipeHelp, setOption } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { estimateFromSources } from '../cost/estimate.js';
import type { SourceSample } from '../cost/estimate.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { openLocalWork } from '../local-work.js';
import { forecastStore, storeForecastLines } from '../plan/forecast-store.js';
import { createPlanner, planSource } from '../plan/plan-source.js';
import type { Planner, SourcePlan } from '../plan/plan-source.js';
import { planTraining, trainingLines } from '../plan/plan-training.js';
import { readRecipeFile } from '../recipe/recipe-file.js';
import { costEstimateLines } from '../text/cost-estimate.js';
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
      'what a run would download, reuse, convert and cost, and what its first rows hold; downloads no data',
    )
    .argument('<recipe>', recipeHelp)
    .addOption(setOption())
    .option(
      '--update-lock',
      'set recipe.lock.json to what the Hub and buckets have now, and list the changes',
    )
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
  const planned = await Promise.all(recipe.sources.map((source) => planOrError(planner, source)));
  const sources = planned.map(({ plan: each }) => each);
  const { place, workplace, medium } = local.store;
  const free = await freeBytes(workplace.root);
  const { train } = recipe;
  const training = train === undefined ? undefined : planTraining(train);
  // Before the estimate, which may have to fetch a tokenizer.
  if (options.json !== true) {
    print(planText(sources, { root: workplace.root, freeBytes: free }, options.explain === true));
    if (training !== undefined) print(trainingLines(training).join('\n'));
  }
  const samples = planned.flatMap(({ sample }) => sample ?? []);
  const cost = train === undefined ? undefined : await estimateFromSources(local, recipe, train, samples);
  const forecast = medium.kind === 'objects' ? forecastStore(recipe, planned.flatMap(whole)) : undefined;
  if (options.json === true)
    print(JSON.stringify({ store: place, freeBytes: free, sources, training, cost, forecast }, null, 2));
  else {
    if (cost !== undefined) print(costEstimateLines(cost).join('\n'));
    if (forecast !== undefined) print(storeForecastLines(forecast).join('\n'));
  }
  return sources.some((source) => 'error' in source) ? exitCodes.failed : exitCodes.done;
}

interface Planned {
  readonly plan: SourcePlan | UnplannedSource;
  readonly sample: SourceSample | null;
}

/** None where the source could not be planned. */
function whole({
  plan: planned,
  sample,
}: Planned): readonly { readonly plan: SourcePlan; readonly sample: SourceSample | null }[] {
  return 'error' in planned ? [] : [{ plan: planned, sample }];
}

async function planOrError(planner: Planner, source: Source): Promise<Planned> {
  try {
    return await planSource(planner, source);
  } catch (error) {
    if (!(error instanceof HeadraceError)) throw error;
    const { type, message, remedy } = error;
    return { plan: { name: source.name, error: { type, message, remedy } }, sample: null };
  }
}
