import { join, resolve } from 'node:path';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { Command } from 'commander';
import { HeadraceError } from '../../core/errors.js';
import { changeCheckpoint } from '../checkpoints/change.js';
import type { CheckpointChange } from '../checkpoints/change.js';
import { askServer, checkpointJson } from '../checkpoints/list.js';
import { action } from '../command-line/action.js';
import { runHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { interruptible } from '../process/interrupt.js';
import { checkpointLabelled, readCheckpoints } from '../runs/checkpoints.js';
import type { CheckpointLine } from '../../core/training/checkpoint-line.js';
import { requireRun } from '../runs/find-run.js';
import { folderOfRun, outOf } from '../runs/run-memo.js';
import { withTemporal } from '../temporal/connect.js';
import { checkpointsText } from '../text/checkpoints.js';
import { print, say } from '../text/output.js';

interface CheckpointsOptions {
  readonly json?: boolean;
  /** Folder for `export`. @default `adapters/<label>` in the run's `out` */
  readonly to?: string;
}

const verbs = ['ls', 'keep', 'rm', 'export'] as const;
type Verb = (typeof verbs)[number];

export function register(program: Command): void {
  program
    .command('checkpoints')
    .description(
      "a run's checkpoints: ls lists them and whether the server still has them, keep removes the expiry of one, rm deletes one, export downloads one as a PEFT adapter",
    )
    .argument('<run>', runHelp)
    .argument('[action]', 'ls, keep, rm or export', 'ls')
    .argument('[label]', 'default: the newest; rm has no default')
    .option('--to <dir>', "for export; default: adapters/LABEL in the run's folder")
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      exampleText(
        ['checkpoints stage1'],
        ['checkpoints stage1 keep stage1-000150', 'the checkpoint no longer expires'],
        ['checkpoints stage1 rm stage1-000050'],
        ['checkpoints stage1 export stage1-final --to adapters/stage1', 'a PEFT adapter'],
      ),
    )
    .action(action(checkpoints));
}

async function checkpoints(
  name: string,
  verbText: string,
  label: string | undefined,
  options: CheckpointsOptions,
): Promise<ExitCode> {
  const verb = verbs.find((each) => each === verbText);
  if (verb === undefined)
    throw new HeadraceError(
      'UsageError',
      `"${verbText}" is not an action of checkpoints; the actions are ${verbs.join(', ')}`,
    );
  return await withTemporal(async (temporal) => {
    const run = await requireRun(temporal, name);
    const all = await readCheckpoints(outOf(run));
    if (verb === 'ls') return await list(all, outOf(run), options.json === true);
    if (verb === 'rm' && label === undefined)
      throw new HeadraceError('UsageError', '`rm` needs the label of the checkpoint to remove', {
        remedy: `The run has ${all.map((each) => each.label).join(', ') || 'no checkpoints yet'}.`,
      });
    const checkpoint = checkpointLabelled(all, label, name);
    if (verb === 'rm') refuseNeeded(checkpoint, all, run);
    return await change(
      changeOf(verb, checkpoint, folderOfRun(run), options),
      checkpoint,
      options.json === true,
    );
  });
}

async function list(all: readonly CheckpointLine[], out: string, json: boolean): Promise<ExitCode> {
  if (all.length === 0) {
    if (!json) print(`No checkpoints yet in ${out}`);
    return exitCodes.done;
  }
  const onServer = await askServer(all);
  if (json) for (const checkpoint of all) print(JSON.stringify(checkpointJson(checkpoint, onServer)));
  else print(checkpointsText(all, onServer, Date.now()));
  return exitCodes.done;
}

/**
 * @throws {HeadraceError} UsageError for the newest two checkpoints of a running run, which may resume from
 *   them.
 */
function refuseNeeded(
  { label }: CheckpointLine,
  all: readonly CheckpointLine[],
  run: WorkflowExecutionDescription,
): void {
  const isNewest = all.slice(-2).some((each) => each.label === label);
  if (isNewest && run.status.name === 'RUNNING')
    throw new HeadraceError('UsageError', `${label} is one of the newest two checkpoints of a running run`, {
      remedy: 'The run may resume from them. Wait for newer ones, or end the run first.',
    });
}

function changeOf(
  verb: Exclude<Verb, 'ls'>,
  { label }: CheckpointLine,
  folder: string,
  { to }: CheckpointsOptions,
): CheckpointChange {
  if (verb !== 'export') return { kind: verb };
  return { kind: verb, to: to === undefined ? join(folder, 'adapters', label) : resolve(to) };
}

async function change(
  wanted: CheckpointChange,
  checkpoint: CheckpointLine,
  json: boolean,
): Promise<ExitCode> {
  return await interruptible(async (signal) => {
    try {
      const answer = await changeCheckpoint(wanted, checkpoint, signal);
      print(json ? JSON.stringify(answer.json) : answer.text);
      return exitCodes.done;
    } catch (error) {
      if (!signal.aborted) throw error;
      say('Interrupted. The same command starts over.');
      return exitCodes.interrupted;
    }
  });
}
