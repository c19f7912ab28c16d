import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  defineSearchAttributeKey,
  TypedSearchAttributes,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/common';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import proto from '@temporalio/proto';
import { z } from 'zod';
import { isMissing } from '../../files/errno.js';
import { HeadraceError } from '../../core/errors.js';
import { Recipe } from '../../core/recipe.js';
import type { RunQueries } from '../../core/run/api.js';
import { searchAttributeNames } from '../../core/run/search-attributes.js';
import { workflowIdOf } from '../../core/run/workflow-ids.js';
import type { RunState } from '../../core/run/state.js';
import type { Stage1Input } from '../../core/run/run.js';
import { stableJson } from '../../core/stable-json.js';
import type { stage1 } from '../../workflows/stage1.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import type { TemporalClient } from '../temporal/connect.js';

export type Stage1Handle = WorkflowHandle<typeof stage1>;

/** What a run's memo holds, so that a client can tell what runs under a name without asking a worker. */
const RunMemo = z.object({
  recipeHash: z.string(),
  recipe: z.string(),
  out: z.string(),
  /** Path of the lock file, which has the exact commits. */
  lock: z.string(),
});
export type RunMemo = z.infer<typeof RunMemo>;

export interface StartOptions {
  readonly taskQueue: string;
  readonly rowsPerSource?: number;
  /** Move `recipe.lock.json` to what the Hub has now. */
  readonly updateLock?: boolean;
}

export interface StartedRun {
  readonly handle: Stage1Handle;
  /** True where a run of this recipe was under way and was attached to. */
  readonly attached: boolean;
  readonly runId: string;
  /** What is another than in the last run of that name, which has ended: "train.epochs: 1 then, 2 now". */
  readonly changes: readonly string[];
}

/** A poller that the server has seen within this time counts as a worker; a long poll lasts about a minute. */
const pollerFreshMs = 90_000;

/**
 * Starts a run, or attaches to the one of that name that is under way with the same recipe.
 *
 * @throws {HeadraceError} NoWorkerError, RecipeChangedError (with the difference), OutInUseError.
 */
export async function startRun(
  temporal: TemporalClient,
  recipe: ResolvedRecipe,
  options: StartOptions,
): Promise<StartedRun> {
  const { client } = temporal;
  const workflowId = workflowIdOf(recipe.name);
  const memo = memoOf(recipe, options.rowsPerSource);
  const before = await describe(temporal, recipe.name);
  const running = before?.status.name === 'RUNNING';
  if (running) refuseChange(recipe.name, memoIn(before), memo);
  const last = before === undefined || running ? undefined : memoIn(before);
  const changes = last === undefined ? [] : differences(last, memo, ['then', 'now']);
  await refuseSharedOut(temporal, workflowId, recipe.out);
  await requireWorker(temporal, options.taskQueue);
  const searchAttributes = await knowsSearchAttributes(temporal);
  const input: Stage1Input = {
    recipe,
    searchAttributes,
    ...(options.rowsPerSource === undefined ? {} : { rowsPerSource: options.rowsPerSource }),
    ...(options.updateLock === true ? { updateLock: true } : {}),
  };
  const handle = await client.workflow.start<typeof stage1>('stage1', {
    workflowId,
    taskQueue: options.taskQueue,
    args: [input],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    memo: { ...memo },
    staticSummary: summaryOf(recipe),
    // Where a cluster hands tasks out fairly, each run has its turn; activities and children inherit it.
    priority: { fairnessKey: recipe.name },
    ...(searchAttributes ? { typedSearchAttributes: attributesOf(recipe) } : {}),
  });
  if (!running) {
    // Someone else may have started the name with another recipe between our look and our start.
    const now = await describe(temporal, recipe.name);
    if (now !== undefined) refuseChange(recipe.name, memoIn(now), memo);
  }
  return { handle, attached: running, runId: handle.firstExecutionRunId, changes };
}

export function memoOf(recipe: ResolvedRecipe, rowsPerSource: number | undefined): RunMemo {
  const text = stableJson({ ...recipe, rowsPerSource });
  return {
    recipeHash: createHash('sha256').update(text).digest('hex'),
    recipe: text,
    out: recipe.out,
    lock: join(recipe.out, 'recipe.lock.json'),
  };
}

function memoIn(description: WorkflowExecutionDescription): RunMemo | undefined {
  return RunMemo.safeParse(description.memo).data;
}

function refuseChange(name: string, before: RunMemo | undefined, now: RunMemo): void {
  if (before === undefined || before.recipeHash === now.recipeHash) return;
  const changes = differences(before, now, ['is running', 'is asked']);
  throw new HeadraceError(
    'RecipeChangedError',
    `A run named "${name}" is under way with another recipe:\n${changes.map((line) => `  ${line}`).join('\n')}`,
  );
}

/** The keys in which two recipes differ, with both values and what each of them is. */
function differences(before: RunMemo, now: RunMemo, [then, asked]: readonly [string, string]): string[] {
  const [old, fresh] = [flatten(JSON.parse(before.recipe)), flatten(JSON.parse(now.recipe))];
  const keys = [...new Set([...old.keys(), ...fresh.keys()])].sort();
  return keys
    .filter((key) => old.get(key) !== fresh.get(key))
    .map(
      (key) => `${key}: ${old.get(key) ?? '(not set)'} ${then}, ${fresh.get(key) ?? '(not set)'} ${asked}`,
    );
}

function flatten(value: unknown, path = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null) return new Map([[path, JSON.stringify(value)]]);
  const prefix = path === '' ? '' : `${path}.`;
  return new Map(Object.entries(value).flatMap(([key, member]) => [...flatten(member, prefix + key)]));
}

/** Two running recipes may not write the same folder. */
async function refuseSharedOut(temporal: TemporalClient, workflowId: string, out: string): Promise<void> {
  const running = temporal.client.workflow.list({
    query: `WorkflowType = 'stage1' AND ExecutionStatus = 'Running'`,
  });
  const real = await withoutLinks(out);
  for await (const other of running) {
    const itsOut = RunMemo.safeParse(other.memo).data?.out;
    if (other.workflowId === workflowId || itsOut === undefined) continue;
    if ((await withoutLinks(itsOut)) !== real) continue;
    throw new HeadraceError('OutInUseError', `The run ${other.workflowId} is writing to ${out}`);
  }
}

/** The path with its links followed, as far as it exists and may be looked at. */
async function withoutLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isMissing(error) || dirname(path) === path) return path;
    return join(await withoutLinks(dirname(path)), basename(path));
  }
}

/** A worker that has just been started may not be known to the server yet: it is looked for this often, a second apart. */
const looksForWorker = 5;

export async function requireWorker(temporal: TemporalClient, taskQueue: string): Promise<void> {
  for (let look = 0; look < looksForWorker; look += 1) {
    if (look > 0) await sleep(1_000);
    if (await hasWorker(temporal, taskQueue)) return;
  }
  throw new HeadraceError(
    'NoWorkerError',
    `No worker polls the task queue ${taskQueue} at ${temporal.target.address}; nothing was done`,
  );
}

/** True where a worker has polled the task queue lately. */
async function hasWorker(temporal: TemporalClient, taskQueue: string): Promise<boolean> {
  const { pollers } = await temporal.connection.workflowService.describeTaskQueue({
    namespace: temporal.target.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  return (pollers ?? []).some((poller) => {
    const seconds = poller.lastAccessTime?.seconds;
    return seconds !== undefined && seconds !== null && Date.now() - Number(seconds) * 1000 < pollerFreshMs;
  });
}

/** True where all our search attributes are registered in the namespace, by whoever may do that. */
async function knowsSearchAttributes(temporal: TemporalClient): Promise<boolean> {
  try {
    const listed = await temporal.connection.operatorService.listSearchAttributes({
      namespace: temporal.target.namespace,
    });
    const known = listed.customAttributes ?? {};
    return Object.values(searchAttributeNames).every((name) => name in known);
  } catch {
    // Clusters may keep the operator service to themselves; a run does without the attributes then.
    return false;
  }
}

function attributesOf(recipe: ResolvedRecipe): TypedSearchAttributes {
  const attributes = new TypedSearchAttributes([
    { key: defineSearchAttributeKey(searchAttributeNames.stage, 'KEYWORD'), value: 'resolve' },
    { key: defineSearchAttributeKey(searchAttributeNames.recipe, 'KEYWORD'), value: recipe.name },
  ]);
  if (recipe.train === undefined) return attributes;
  return attributes.updateCopy([
    {
      key: defineSearchAttributeKey(searchAttributeNames.baseModel, 'KEYWORD'),
      value: recipe.train.base_model,
    },
  ]);
}

function summaryOf(recipe: ResolvedRecipe): string {
  const sources = recipe.sources.map((source) => source.name).join(', ');
  const train = recipe.train === undefined ? 'a data job' : `then a LoRA on ${recipe.train.base_model}`;
  return `mix ${sources}; ${train}`.slice(0, 200);
}

/** The newest run of a name, or `undefined` where there is none. */
export async function describe(
  temporal: TemporalClient,
  name: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await temporal.client.workflow.getHandle(workflowIdOf(name)).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** @throws {HeadraceError} RunNotFoundError. */
export async function requireRun(
  temporal: TemporalClient,
  name: string,
): Promise<WorkflowExecutionDescription> {
  const description = await describe(temporal, name);
  if (description === undefined)
    throw new HeadraceError(
      'RunNotFoundError',
      `There is no run named "${name}" at ${temporal.target.address}`,
    );
  return description;
}

export function handleOf(temporal: TemporalClient, name: string): Stage1Handle {
  return temporal.client.workflow.getHandle<typeof stage1>(workflowIdOf(name));
}

/** Asks a run one of its queries; a worker must be there to answer. */
export async function queryRun<Name extends keyof RunQueries>(
  handle: Stage1Handle,
  name: Name,
): Promise<RunQueries[Name]> {
  return await handle.query<RunQueries[Name]>(name);
}

/** Asks the workflow where it stands; a worker must be there to answer. */
export async function runState(handle: Stage1Handle): Promise<RunState> {
  return await queryRun(handle, 'progress');
}

/** The web UI's page of a run. */
export function uiLink(temporal: TemporalClient, workflowId: string, runId: string): string | undefined {
  const base = temporal.target.uiUrl;
  if (base === undefined) return undefined;
  return `${base}/namespaces/${temporal.target.namespace}/workflows/${encodeURIComponent(workflowId)}/${runId}/history`;
}

const ShownRecipe = z.looseObject({ train: z.looseObject({ base_model: z.string() }).exactOptional() });

/** What a memo tells for a list of runs; nothing where it is not ours. */
export function shownOf(memo: unknown): {
  readonly out?: string;
  readonly recipe?: z.infer<typeof ShownRecipe> | undefined;
} {
  const parsed = RunMemo.safeParse(memo).data;
  if (parsed === undefined) return {};
  return { out: parsed.out, recipe: ShownRecipe.safeParse(JSON.parse(parsed.recipe)).data };
}

/** The folder of a run's results. */
export function outOf(description: WorkflowExecutionDescription): string {
  const memo = memoIn(description);
  if (memo === undefined) throw new HeadraceError('RunNotFoundError', noMemo(description));
  return memo.out;
}

const StartedWith = z.looseObject({ out: z.string(), rowsPerSource: z.number().exactOptional() });

/** The recipe of a run as it is now, with what a person has changed while it waited. */
export function recipeOfRun(description: WorkflowExecutionDescription): {
  readonly recipe: ResolvedRecipe;
  readonly rowsPerSource?: number;
} {
  const memo = memoIn(description);
  if (memo === undefined) throw new HeadraceError('RunNotFoundError', noMemo(description));
  const { rowsPerSource, out, ...recipe } = StartedWith.parse(JSON.parse(memo.recipe));
  return {
    recipe: { ...Recipe.parse(recipe), out },
    ...(rowsPerSource === undefined ? {} : { rowsPerSource }),
  };
}

function noMemo(description: WorkflowExecutionDescription): string {
  return `${description.workflowId} was not started by Headrace: it has no memo`;
}
