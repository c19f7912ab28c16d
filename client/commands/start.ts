import type { WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import Table from 'cli-table3';
import { defaultStoreRoot, openStore } from '../../activities/artifacts/store.js';
import { defined } from '../../core/defined.js';
import { messageOf } from '../../core/errors.js';
import { formatSeconds } from '../../core/format.js';
import { searchAttributeNames } from '../../core/run/search-attributes.js';
import { workflowIdOf } from '../../core/run/workflow-ids.js';
import { taskQueueOf } from '../../worker/connection.js';
import { compositionText } from '../text/composition.js';
import { connected, print, say } from '../text/output.js';
import { eventsBetween } from '../runs/run-events.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { fromHere } from '../text/from-here.js';
import { pendingActivities } from '../runs/pending-activities.js';
import { readRecipeFile } from '../recipe/recipe-file.js';
import { handleOf, requireRun, runState, shownOf, startRun, uiLink } from '../runs/start-run.js';
import { resultText, waitText } from '../text/result.js';
import type { TemporalClient } from '../temporal/connect.js';
import { watchRun } from '../runs/watch-run.js';

export interface StartCommand {
  readonly set: readonly string[];
  readonly rowsPerSource?: number;
  readonly updateLock?: boolean;
  readonly wait?: boolean;
  readonly json?: boolean;
  readonly taskQueue?: string;
}

export async function start(path: string, options: StartCommand): Promise<ExitCode> {
  const recipe = await readRecipeFile(path, { set: options.set });
  return await connected(async (temporal) => {
    const taskQueue = options.taskQueue ?? taskQueueOf((await openStore(defaultStoreRoot())).id);
    const run = await startRun(temporal, recipe, {
      taskQueue,
      ...defined({ rowsPerSource: options.rowsPerSource }),
      ...(options.updateLock === true ? { updateLock: true } : {}),
    });
    const link = uiLink(temporal, run.handle.workflowId, run.runId);
    say(
      `${run.attached ? 'Attached to the run' : 'Started the run'} ${run.handle.workflowId}${link === undefined ? '' : `: ${link}`}`,
    );
    if (run.changes.length > 0)
      say(
        `The last run of this name had another recipe; what it finished is used where it still fits:\n${run.changes.map((change) => `  ${change}`).join('\n')}`,
      );
    if (options.wait !== true) {
      if (options.json === true)
        print(
          JSON.stringify({ workflowId: run.handle.workflowId, runId: run.runId, attached: run.attached }),
        );
      say(`Follow it with: npx headrace watch ${recipe.name}`);
      return exitCodes.done;
    }
    return await follow(temporal, recipe.name, link, options.json === true);
  });
}

export async function watch(name: string): Promise<ExitCode> {
  return await connected(async (temporal) => {
    const { workflowId, runId } = await requireRun(temporal, name);
    return await follow(temporal, name, uiLink(temporal, workflowId, runId), false);
  });
}

async function follow(
  temporal: TemporalClient,
  name: string,
  link: string | undefined,
  json: boolean,
): Promise<ExitCode> {
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  const outcome = await watchRun(temporal, name, { signal: abort.signal });
  if (json) print(JSON.stringify(outcome));
  switch (outcome.kind) {
    case 'done':
      if (!json) print(await resultText(outcome.result, link));
      return exitCodes.done;
    case 'waits':
      if (!json) print(waitText(name, outcome.waits));
      return exitCodes.needsPerson;
    case 'cancelled':
      say(
        `The run was cancelled. Starting the same recipe again goes on from its finished pieces and checkpoints.`,
      );
      return exitCodes.cancelled;
    case 'failed':
      say(`The run failed: ${outcome.message}`);
      return exitCodes.failed;
    case 'interrupted':
      say(
        `The run goes on. Come back with \`npx headrace watch ${name}\`; end it with \`npx headrace cancel ${name}\`.`,
      );
      return exitCodes.interrupted;
  }
}

export async function status(name: string, json: boolean): Promise<ExitCode> {
  return await connected(async (temporal) => {
    const description = await requireRun(temporal, name);
    const state = await runState(handleOf(temporal, name)).catch((error: unknown) => {
      say(`No worker answers (${messageOf(error)}); this is what the server knows.`);
      return undefined;
    });
    const pending = await pendingActivities(temporal, workflowIdOf(name), state);
    if (json) {
      print(JSON.stringify({ status: description.status.name, state: state ?? null, pending }));
      return exitCodes.done;
    }
    print(
      `${description.workflowId}: ${description.status.name.toLowerCase()}${state === undefined ? '' : `, stage ${state.stage}`}`,
    );
    if (state !== undefined) for (const line of eventsBetween(undefined, state)) print(`  ${line}`);
    for (const activity of pending)
      print(
        `  under way: ${activity.progress?.label ?? activity.type}${activity.progress?.note === undefined ? '' : `, ${activity.progress.note}`}${activity.attempt > 1 ? ` (attempt ${activity.attempt}: ${activity.lastFailure ?? ''})` : ''}`,
      );
    if (state?.composition != null) print(compositionText(state.composition));
    if (state !== undefined && state.waitingFor.length > 0) print(waitText(name, state.waitingFor));
    const link = uiLink(temporal, description.workflowId, description.runId);
    if (link !== undefined) print(`Temporal UI: ${link}`);
    return exitCodes.done;
  });
}

/** A run as `list` shows it. The stage is known where the namespace has the search attributes. */
function listEntry(run: WorkflowExecutionInfo) {
  const attribute = (name: string): string | undefined =>
    run.typedSearchAttributes.get(defineSearchAttributeKey(name, 'KEYWORD'));
  const { out, recipe } = shownOf(run.memo);
  return {
    name: run.workflowId.replace(/^headrace\//, ''),
    status: run.status.name.toLowerCase(),
    stage: attribute(searchAttributeNames.stage),
    baseModel: recipe?.train?.base_model,
    started: run.startTime.toISOString(),
    ended: run.closeTime?.toISOString() ?? '',
    seconds: Math.round(((run.closeTime ?? new Date()).getTime() - run.startTime.getTime()) / 1000),
    out,
    runId: run.runId,
  };
}

export async function list(json: boolean): Promise<ExitCode> {
  return await connected(async (temporal) => {
    const table = new Table({
      head: ['run', 'status', 'stage', 'base model', 'started', 'took', 'results'],
      style: { head: [], border: [], compact: true },
    });
    for await (const run of temporal.client.workflow.list({ query: `WorkflowType = 'stage1'` })) {
      const entry = listEntry(run);
      if (json) print(JSON.stringify(entry));
      else
        table.push([
          entry.name,
          entry.status,
          entry.status === 'completed' ? '' : (entry.stage ?? ''),
          entry.baseModel ?? '',
          `${entry.started.slice(0, 16).replace('T', ' ')} UTC`,
          formatSeconds(entry.seconds),
          entry.out === undefined ? '' : fromHere(entry.out),
        ]);
    }
    if (!json) print(table.length === 0 ? 'No runs yet.' : table.toString());
    return exitCodes.done;
  });
}

export async function cancel(name: string, wait: boolean): Promise<ExitCode> {
  return await connected(async (temporal) => {
    const description = await requireRun(temporal, name);
    if (description.status.name !== 'RUNNING') {
      say(`The run ${name} is not running: ${description.status.name.toLowerCase()}`);
      return exitCodes.failed;
    }
    await handleOf(temporal, name).cancel();
    say(
      `Asked ${name} to end; training saves a checkpoint first. Starting the same recipe again goes on from there.`,
    );
    if (!wait) return exitCodes.done;
    const outcome = await watchRun(temporal, name, {
      signal: new AbortController().signal,
      untilWait: false,
    });
    say(outcome.kind === 'cancelled' ? 'Cancelled.' : `The run ended: ${outcome.kind}`);
    return exitCodes.done;
  });
}
