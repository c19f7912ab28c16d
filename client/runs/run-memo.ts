import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { z } from 'zod';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import { Recipe } from '../../core/recipe.js';
import { stableJson } from '../../core/stable-json.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';

/** The memo of a run, by which clients show and compare runs without a worker. */
const RunMemo = z.object({
  recipeHash: z.string(),
  /** The resolved recipe and `rowsPerSource`, as JSON. */
  recipe: z.string(),
  /** Folder of the results. */
  out: z.string(),
  /** Path of the lock file, which has the exact commits. */
  lock: z.string(),
});
export type RunMemo = z.infer<typeof RunMemo>;

/** The memo for a run of the recipe. */
export function memoOf(recipe: ResolvedRecipe, rowsPerSource: number | undefined): RunMemo {
  const text = stableJson({ ...recipe, rowsPerSource });
  return {
    recipeHash: createHash('sha256').update(text).digest('hex'),
    recipe: text,
    out: recipe.out,
    lock: join(recipe.out, 'recipe.lock.json'),
  };
}

/** The memo of a run; `undefined` where a workflow was not started by Headrace. */
export function memoIn({ memo }: { readonly memo?: unknown }): RunMemo | undefined {
  return RunMemo.safeParse(memo).data;
}

/** The folder of a run's results. @throws {HeadraceError} RunNotFoundError where the run has no memo. */
export function outOf(description: WorkflowExecutionDescription): string {
  return requireMemo(description).out;
}

/** The recipe of a run, and the `--rows-per-source` that it was started with. */
export interface RunRecipe {
  readonly recipe: ResolvedRecipe;
  readonly rowsPerSource?: number;
}

const MemoRecipe = z.looseObject({ out: z.string(), rowsPerSource: z.number().exactOptional() });

/**
 * The recipe of a run as it is now, with the changes that were made to it while it waited.
 *
 * @throws {HeadraceError} RunNotFoundError where the run has no memo.
 */
export function recipeOfRun(description: WorkflowExecutionDescription): RunRecipe {
  const memo = requireMemo(description);
  const { rowsPerSource, out, ...recipe } = MemoRecipe.parse(JSON.parse(memo.recipe));
  return { recipe: { ...Recipe.parse(recipe), out }, ...defined({ rowsPerSource }) };
}

const RecipeWithModel = z.looseObject({ train: z.looseObject({ base_model: z.string() }) });

/** The base model that a run trains; `undefined` for a data job, and for what is not a run of Headrace. */
export function baseModelIn(memo: RunMemo | undefined): string | undefined {
  if (memo === undefined) return undefined;
  return RecipeWithModel.safeParse(JSON.parse(memo.recipe)).data?.train.base_model;
}

function requireMemo(description: WorkflowExecutionDescription): RunMemo {
  const memo = memoIn(description);
  if (memo !== undefined) return memo;
  throw new HeadraceError(
    'RunNotFoundError',
    `${description.workflowId} was not started by Headrace: it has no memo`,
  );
}
