import { createHash } from 'node:crypto';
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
  /** Where the results are: a folder, or a place in the store. */
  out: z.string(),
  /** Folder of the client that results in the store are brought to. */
  folder: z.string().exactOptional(),
  /** Where the lock is, which has the exact commits. */
  lock: z.string(),
});
export type RunMemo = z.infer<typeof RunMemo>;

/** The memo for a run of the recipe. */
export function memoOf(recipe: ResolvedRecipe, rowsPerSource: number | undefined): RunMemo {
  const { run, folder } = withoutFolder(recipe);
  const text = stableJson({ ...run, rowsPerSource });
  return {
    recipeHash: createHash('sha256').update(text).digest('hex'),
    recipe: text,
    out: run.out,
    lock: `${run.out}/recipe.lock.json`,
    ...defined({ folder }),
  };
}

/** A recipe as its run has it on any machine, and the folder of this one. */
export function withoutFolder({ folder, ...run }: ResolvedRecipe): {
  readonly run: Omit<ResolvedRecipe, 'folder'>;
  readonly folder: string | undefined;
} {
  return { run, folder };
}

/** The memo of a run; `undefined` where a workflow was not started by Headrace. */
export function memoIn({ memo }: { readonly memo?: unknown }): RunMemo | undefined {
  return RunMemo.safeParse(memo).data;
}

/** Where a run's results are. @throws {HeadraceError} RunNotFoundError where the run has no memo. */
export function outOf(description: WorkflowExecutionDescription): string {
  return requireMemo(description).out;
}

/**
 * The folder for results of a run on a client: that of the results, or the one they are brought to.
 *
 * @throws {HeadraceError} RunNotFoundError where the run has no memo.
 */
export function folderOfRun(description: WorkflowExecutionDescription): string {
  const { out, folder = out } = requireMemo(description);
  return folder;
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
  const places = { out, ...defined({ folder: memo.folder }) };
  return { recipe: { ...Recipe.parse(recipe), ...places }, ...defined({ rowsPerSource }) };
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
