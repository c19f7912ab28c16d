import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import { rolesFor } from '../../core/run/roles.js';
import { workflowIdOf } from '../../core/run/workflow-ids.js';
import type { Stage1Input } from '../../core/run/run.js';
import type { stage1 } from '../../workflows/stage1.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import type { TemporalClient } from '../temporal/connect.js';
import { describe } from './find-run.js';
import type { Stage1Handle } from './find-run.js';
import { requireFreeOut } from './free-out.js';
import { recipeDifferences } from './recipe-difference.js';
import { requireWorkers } from './require-worker.js';
import { memoIn, memoOf, withoutFolder } from './run-memo.js';
import type { RunMemo } from './run-memo.js';
import { hasSearchAttributes, searchAttributesOf } from './search-attributes.js';

export interface StartOptions {
  readonly taskQueue: string;
  /** At most this many conversations of each source. @default all */
  readonly rowsPerSource?: number;
  /** Set `recipe.lock.json` to what the Hub and buckets have now. @default false */
  readonly updateLock?: boolean;
  /** Called before a run starts, not where one is attached. @default nothing */
  readonly beforeStart?: () => Promise<void>;
  /** 1 … 5; work of a run with a lower number is done first. @default 3 */
  readonly priority?: number;
  /** Share of the workers beside other runs of the same priority, above 0. @default 1 */
  readonly weight?: number;
}

export interface StartedRun {
  readonly handle: Stage1Handle;
  /** True where a run of this recipe was running already. */
  readonly attached: boolean;
  readonly runId: string;
  /**
   * Differences from the recipe of the last run of that name, which has ended: "train.epochs: 1 then, 2 now".
   */
  readonly changes: readonly string[];
}

/**
 * Starts a run, or attaches to the running one of that name with the same recipe.
 *
 * @throws {HeadraceError} NoWorkerError, RecipeChangedError (with the differences), OutInUseError.
 */
export async function startRun(
  temporal: TemporalClient,
  recipe: ResolvedRecipe,
  options: StartOptions,
): Promise<StartedRun> {
  const memo = memoOf(recipe, options.rowsPerSource);
  const before = await describe(temporal, recipe.name);
  const memoBefore = before === undefined ? undefined : memoIn(before);
  const attached = before?.status.name === 'RUNNING';
  if (attached) requireSameRecipe(recipe.name, memoBefore, memo);
  await requireFreeOut(temporal, workflowIdOf(recipe.name), recipe.out);
  await requireWorkers(temporal, options.taskQueue, rolesFor(recipe));
  if (!attached) await options.beforeStart?.();
  const handle = await startWorkflow(temporal, recipe, memo, options);
  if (!attached) {
    // Another client may have started the name with another recipe since `before`.
    const now = await describe(temporal, recipe.name);
    if (now !== undefined) requireSameRecipe(recipe.name, memoIn(now), memo);
  }
  const changes =
    attached || memoBefore === undefined
      ? []
      : recipeDifferences(memoBefore.recipe, memo.recipe, ['then', 'now']);
  return { handle, attached, runId: handle.firstExecutionRunId, changes };
}

async function startWorkflow(
  temporal: TemporalClient,
  recipe: ResolvedRecipe,
  memo: RunMemo,
  { taskQueue, rowsPerSource, updateLock, priority, weight }: StartOptions,
) {
  const searchAttributes = await hasSearchAttributes(temporal);
  const { run } = withoutFolder(recipe);
  const input: Stage1Input = { recipe: run, searchAttributes, ...defined({ rowsPerSource, updateLock }) };
  return await temporal.client.workflow.start<typeof stage1>('stage1', {
    workflowId: workflowIdOf(recipe.name),
    taskQueue,
    args: [input],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    memo: { ...memo },
    staticSummary: summaryOf(recipe),
    // Clusters with fair scheduling alternate between runs by this key. Activities and children inherit it.
    priority: {
      fairnessKey: recipe.name,
      ...defined({ priorityKey: priority, fairnessWeight: weight }),
    },
    ...defined({ typedSearchAttributes: searchAttributes ? searchAttributesOf(recipe) : undefined }),
  });
}

/** @throws {HeadraceError} RecipeChangedError with the differences. */
function requireSameRecipe(name: string, running: RunMemo | undefined, wanted: RunMemo): void {
  if (running === undefined || running.recipeHash === wanted.recipeHash) return;
  const changes = recipeDifferences(running.recipe, wanted.recipe, ['in that run', 'in this recipe']);
  throw new HeadraceError(
    'RecipeChangedError',
    `A run named "${name}" is running with another recipe:\n${changes.map((line) => `  ${line}`).join('\n')}`,
  );
}

const longestSummary = 200;

/** One line for the Temporal UI. */
function summaryOf({ sources, train }: ResolvedRecipe): string {
  const names = sources.map((source) => source.name).join(', ');
  const then = train === undefined ? 'a data job' : `then a LoRA on ${train.base_model}`;
  return `mix ${names}; ${then}`.slice(0, longestSummary);
}
