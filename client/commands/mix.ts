import { defined } from '../../core/defined.js';
import type { Progress } from '../../core/progress.js';
import { compositionText } from '../text/composition.js';
import { print } from '../text/output.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { mixRecipe } from '../mix/mix-recipe.js';
import { readRecipeFile } from '../recipe/recipe-file.js';
import { openScreen } from '../text/progress-bars.js';
import { mixFileLines } from '../text/result.js';

export interface MixCommand {
  readonly set: readonly string[];
  readonly rowsPerSource?: number;
  readonly json?: boolean;
}

const showEveryMs = 500;

/** `headrace mix`: the data half of a recipe, in this process. */
export async function mixHere(path: string, options: MixCommand): Promise<ExitCode> {
  const recipe = await readRecipeFile(path, { set: options.set });
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort(new Error('Interrupted; the same command goes on from here')));
  const screen = openScreen();
  let latest: Progress | undefined;
  const show = (): void =>
    screen.show(
      latest === undefined || latest.done === latest.total
        ? []
        : [
            {
              id: `${latest.stage} ${latest.label}`,
              type: latest.stage,
              attempt: 1,
              started: true,
              progress: latest,
              lastFailure: undefined,
            },
          ],
    );
  const timer = setInterval(show, showEveryMs);
  try {
    const result = await mixRecipe(recipe, {
      signal: abort.signal,
      progress: (progress) => {
        latest = progress;
      },
      ...defined({ rowsPerSource: options.rowsPerSource }),
    });
    screen.stop();
    if (options.json === true) print(JSON.stringify(result));
    else {
      print(compositionText(result.composition));
      print(['', ...mixFileLines(result)].join('\n'));
    }
    return exitCodes.done;
  } catch (error) {
    if (abort.signal.aborted) {
      screen.stop();
      process.stderr.write('Interrupted; the same command goes on from what is done.\n');
      return exitCodes.interrupted;
    }
    throw error;
  } finally {
    clearInterval(timer);
    screen.stop();
  }
}
