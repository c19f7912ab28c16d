import type { Command } from 'commander';
import { inspectSource } from '../../activities/hub/resolve/inspect-source.js';
import { HeadraceError } from '../../core/errors.js';
import { action } from '../command-line/action.js';
import { integer, recipeHelp, setOption } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { openLocalWork } from '../local-work.js';
import { previewSource } from '../preview/preview-source.js';
import { placesOf } from '../recipe/result-places.js';
import { readRecipeFile } from '../recipe/recipe-file.js';
import { sourceNamed } from '../recipe/source-named.js';
import { print } from '../text/output.js';
import { previewText } from '../text/preview.js';
import { sourceFailure } from '../text/source-failure.js';

interface PreviewOptions {
  readonly set: readonly string[];
  readonly source?: string;
  readonly rows: number;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command('preview')
    .description('show rows before and after conversion, from the first bytes of each source')
    .argument('<recipe>', recipeHelp)
    .addOption(setOption())
    .option('--source <name>', 'this source alone')
    .option('-n, --rows <n>', 'rows of each source', integer, 5)
    .option('--json', 'a JSON line for each source')
    .addHelpText('after', exampleText(['preview recipes/stage1.yaml --source lmsys -n 3']))
    .action(action(preview));
}

/** Returns exit code 1 where a source could not be previewed; the others are shown. */
async function preview(path: string, options: PreviewOptions): Promise<ExitCode> {
  const recipe = await readRecipeFile(path, { set: options.set });
  const sources = options.source === undefined ? recipe.sources : [sourceNamed(recipe, options.source)];
  const { store, hub, work } = await openLocalWork();
  let failures = 0;
  for (const source of sources)
    try {
      const inspection = await inspectSource(hub, { source, ...placesOf(recipe) }, work);
      const found = await previewSource(store, source, inspection, options.rows, recipe.train);
      print(options.json === true ? JSON.stringify(found) : previewText(found));
    } catch (error) {
      if (!(error instanceof HeadraceError)) throw error;
      failures += 1;
      print(sourceFailure(source.name, error, options.json === true));
    }
  return failures > 0 ? exitCodes.failed : exitCodes.done;
}
