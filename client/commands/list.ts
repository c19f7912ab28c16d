import type { WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { Command } from 'commander';
import { formatSeconds } from '../../core/format.js';
import { searchAttributeNames } from '../../core/run/search-attributes.js';
import { action } from '../command-line/action.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { baseModelIn, memoIn } from '../runs/run-memo.js';
import { withTemporal } from '../temporal/connect.js';
import { fromHere } from '../text/from-here.js';
import { print } from '../text/output.js';
import { newTable } from '../text/table.js';

export function register(program: Command): void {
  program
    .command('list')
    .description('list all runs, the newest first')
    .option('--json', 'as JSON')
    .addHelpText('after', exampleText(['list'], ['list --json', 'a JSON line for each run']))
    .action(action(list));
}

async function list(options: { readonly json?: boolean }): Promise<ExitCode> {
  return await withTemporal(async (temporal) => {
    const table = newTable(['run', 'status', 'stage', 'base model', 'started', 'took', 'results']);
    for await (const run of temporal.client.workflow.list({ query: `WorkflowType = 'stage1'` })) {
      const listed = listedRun(run);
      if (options.json === true) print(JSON.stringify(listed));
      else table.push(cellsOf(listed));
    }
    if (options.json !== true) print(table.length === 0 ? 'No runs yet.' : table.toString());
    return exitCodes.done;
  });
}

/** A run as `list --json` prints it. */
interface ListedRun {
  readonly name: string;
  readonly status: string;
  /** `undefined` where the namespace lacks the search attributes. */
  readonly stage: string | undefined;
  readonly baseModel: string | undefined;
  readonly started: string;
  /** Empty while it runs. */
  readonly ended: string;
  readonly seconds: number;
  readonly out: string | undefined;
  readonly runId: string;
}

function listedRun(run: WorkflowExecutionInfo): ListedRun {
  const stageKey = defineSearchAttributeKey(searchAttributeNames.stage, 'KEYWORD');
  const memo = memoIn(run);
  const ended = run.closeTime ?? new Date();
  return {
    name: run.workflowId.replace(/^headrace\//, ''),
    status: run.status.name.toLowerCase(),
    stage: run.typedSearchAttributes.get(stageKey),
    baseModel: baseModelIn(memo),
    started: run.startTime.toISOString(),
    ended: run.closeTime?.toISOString() ?? '',
    seconds: Math.round((ended.getTime() - run.startTime.getTime()) / 1000),
    out: memo?.out,
    runId: run.runId,
  };
}

function cellsOf({ name, status, stage, baseModel, started, seconds, out }: ListedRun): string[] {
  return [
    name,
    status,
    status === 'completed' ? '' : (stage ?? ''),
    baseModel ?? '',
    `${started.slice(0, 16).replace('T', ' ')} UTC`,
    formatSeconds(seconds),
    out === undefined ? '' : fromHere(out),
  ];
}
