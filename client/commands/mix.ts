import type { Command } from 'commander';
import { defined } from '../../core/defined.js';
import type { Progress } from '../../core/progress.js';
import { action } from '../command-line/action.js';
import { integer, setOption } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { mixRecipe } from '../mix/mix-recipe.js';
import type { MixSourcesResult } from '../mix/mix-sources.js';
import { interruptible } from '../process/interrupt.js';
import { readRecipeFile } from '../recipe/recipe-file.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import { bringHome } from '../results/bring-home.js';
import { compositionText } from '../text/composition.js';
import { mixFileLines } from '../text/mix-files.js';
import { print, say } from '../text/output.js';
import type { WorkUnderWay } from '../text/progress-line.js';
import { openScreen } from '../text/screen.js';

interface MixOptions {
  readonly set: readonly string[];
  readonly rowsPerSource?: number;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command('mix')
    .description(
      'download, convert and mix in this process, without Temporal; writes the same bytes as a run',
    )
    .argument('<recipe>', 'a recipe file')
    .addOption(setOption())
    .option('--rows-per-source <n>', 'at most n conversations of each source', integer)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', exampleText(['mix recipes/stage1.yaml --rows-per-source 200', 'a small mix']))
    .action(action(mix));
}

async function mix(path: string, options: MixOptions): Promise<ExitCode> {
  const recipe = await readRecipeFile(path, { set: options.set });
  return await interruptible(async (signal) => {
    try {
      const result = await mixOnScreen(recipe, options.rowsPerSource, signal);
      if (options.json === true) print(JSON.stringify(result));
      else print([compositionText(result.composition), '', ...mixFileLines(result)].join('\n'));
      return await bringHome(recipe, () => Promise.resolve(result.mix), `npx headrace mix ${path}`);
    } catch (error) {
      if (!signal.aborted) throw error;
      say('Interrupted. The same command continues from the work that is done.');
      return exitCodes.interrupted;
    }
  });
}

const showEveryMs = 500;

/** Mixes the recipe and shows its progress. */
async function mixOnScreen(
  recipe: ResolvedRecipe,
  rowsPerSource: number | undefined,
  signal: AbortSignal,
): Promise<MixSourcesResult> {
  const screen = openScreen();
  let latest: Progress | undefined;
  const timer = setInterval(() => screen.show(underWay(latest)), showEveryMs);
  const progress = (now: Progress): void => {
    latest = now;
  };
  try {
    return await mixRecipe(recipe, { signal, progress, ...defined({ rowsPerSource }) });
  } finally {
    clearInterval(timer);
    screen.stop();
  }
}

function underWay(progress: Progress | undefined): readonly WorkUnderWay[] {
  if (progress === undefined || progress.done === progress.total) return [];
  const { stage, label } = progress;
  return [{ id: `${stage} ${label}`, type: stage, attempt: 1, progress, lastFailure: undefined }];
}
