import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import { storePlace } from '../../activities/artifacts/open-store.js';
import { plural } from '../../core/format.js';
import { HeadraceError } from '../../core/errors.js';
import { Recipe } from '../../core/recipe.js';
import { isMissing } from '../../files/errno.js';
import { withAbsolutePaths } from './absolute-paths.js';
import type { ResolvedRecipe } from './absolute-paths.js';
import { problemLines } from './problems.js';
import { setKey } from './set-key.js';

export type { ResolvedRecipe };

export interface RecipeFileOptions {
  /** `key.path=value`, each applied over the file; the value is YAML. @default none */
  readonly set?: readonly string[];
  /** Folder that relative paths in the recipe start from. @default the working directory */
  readonly cwd?: string;
  /** Folder that a relative `out`, and its default, starts from. @default `cwd` */
  readonly outFrom?: string;
  /** Place of the store: results of a run are in it where it is in a bucket. @default HEADRACE_STORE */
  readonly store?: string;
}

/** The recipe goes into the payloads of a run, which stay under 64 KiB together with what the run adds. */
const largestRecipeBytes = 24 * 1024;

/**
 * Reads a recipe file, applies `--set`, validates it and makes its paths absolute.
 *
 * @throws {HeadraceError} RecipeError that lists every problem: line, key, value found, values allowed.
 */
export async function readRecipeFile(path: string, options: RecipeFileOptions = {}): Promise<ResolvedRecipe> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new HeadraceError('RecipeError', `There is no recipe file ${path}`, {
      remedy: 'Give the path of a recipe, for instance recipes/stage1-small.yaml.',
    });
  }
  return parseRecipe(text, path, options);
}

/** {@link readRecipeFile} for the text of a recipe; `name` stands for the file in messages. */
export function parseRecipe(text: string, name: string, options: RecipeFileOptions = {}): ResolvedRecipe {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [syntaxError] = document.errors;
  if (syntaxError !== undefined) {
    const line = syntaxError.linePos?.[0].line ?? 1;
    throw new HeadraceError('RecipeError', `${name}:${line}: ${syntaxError.message.split('\n')[0] ?? ''}`);
  }
  for (const assignment of options.set ?? []) setKey(document, assignment);
  const parsed = Recipe.safeParse(document.toJS());
  if (!parsed.success)
    throw new HeadraceError('RecipeError', problemLines(parsed.error, { name, document, lines }).join('\n'));
  const { cwd = process.cwd(), outFrom = cwd, store = storePlace() } = options;
  const recipe = withAbsolutePaths(parsed.data, { cwd, outFrom, store });
  requireSmall(recipe, name);
  return recipe;
}

/** @throws {HeadraceError} RecipeError where the recipe is too large for the history of a run. */
function requireSmall(recipe: ResolvedRecipe, name: string): void {
  const bytes = Buffer.byteLength(JSON.stringify(recipe));
  if (bytes > largestRecipeBytes)
    throw new HeadraceError(
      'RecipeError',
      `${name}: the recipe with its ${plural(recipe.sources.length, 'source')} has ${bytes} bytes with absolute paths; a run's history takes at most ${largestRecipeBytes}`,
      {
        remedy:
          'Write a glob in place of a long list of files, files: "data/*.jsonl", also for sources that differ in their files alone.',
      },
    );
}
