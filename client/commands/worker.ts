import { Option } from 'commander';
import type { Command } from 'commander';
import { storePlace } from '../../activities/artifacts/open-store.js';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import { roles as allRoles } from '../../core/run/roles.js';
import type { Role } from '../../core/run/roles.js';
import type { DeploymentVersion } from '../../worker/role-workers.js';
import type { Slots } from '../../worker/slots.js';
import { action } from '../command-line/action.js';
import { oneOf, positiveInteger } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { commandEnvironment } from '../environment.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { parentProcess } from '../process/parent-process.js';
import { print } from '../text/output.js';

interface WorkerOptions {
  readonly taskQueue?: string;
  readonly roles: readonly Role[];
  readonly slots?: Partial<Slots>;
  readonly metrics?: string;
  readonly deployment?: string;
  readonly buildId?: string;
}

export function register(program: Command): void {
  program
    .command('worker')
    .description('run a worker for the runs of this store')
    .option('--task-queue <name>', 'by default that of the store')
    .addOption(
      new Option('--roles <list>', 'what this worker does, of main, io, cpu and train')
        .env('HEADRACE_ROLES')
        .argParser(roleList)
        .default(allRoles, 'all'),
    )
    .addOption(
      new Option(
        '--slots <list>',
        'activities at once by role, e.g. io=4,cpu=2; by default main 64, io 8, train 32, and one more for cpu than processors',
      )
        .env('HEADRACE_SLOTS')
        .argParser(slotList),
    )
    .addOption(
      new Option('--metrics <address>', 'serve metrics for Prometheus there, e.g. 127.0.0.1:9464').env(
        'HEADRACE_METRICS',
      ),
    )
    .addOption(
      new Option('--deployment <name>', 'worker versioning: the deployment of this worker').env(
        'TEMPORAL_DEPLOYMENT_NAME',
      ),
    )
    .addOption(
      new Option(
        '--build-id <id>',
        'worker versioning: the build of this worker; its runs are pinned to it',
      ).env('TEMPORAL_WORKER_BUILD_ID'),
    )
    .addHelpText(
      'after',
      '\nmain: workflows and short questions to the Hub (HF_TOKEN). io: downloads (HF_TOKEN). cpu: conversion, mix, tokens, report (no secrets). train: the Tinker server (TINKER_API_KEY).\nOn Ctrl-C it saves and ends; a second Ctrl-C ends it at once.',
    )
    .addHelpText(
      'after',
      exampleText(
        ['worker', 'does everything, with HF_TOKEN and TINKER_API_KEY in its environment'],
        ['worker --roles cpu', 'one of many on other machines that share the store'],
      ),
    )
    .action(action(work));
}

async function work(options: WorkerOptions): Promise<ExitCode> {
  const { taskQueue, roles, slots, metrics, deployment, buildId } = options;
  const version = versionOf(deployment, buildId);
  const parent = parentProcess();
  // Loaded here, as Temporal's native worker is slow to load and `--help` loads every command.
  const { runWorker } = await import('../../worker/index.js');
  await runWorker({
    storePlace: storePlace(),
    env: parent.isHeadrace ? process.env : await commandEnvironment(),
    signal: parent.signal,
    roles,
    ready: ({ taskQueue: named, taskQueues, address }) => {
      print(`Headrace worker polls ${taskQueues.join(', ')} at ${address}`);
      parent.ready({ taskQueue: named });
    },
    ...defined({ taskQueue, slots, metrics, deployment: version }),
  });
  return exitCodes.done;
}

/** Parses `io,cpu`. @throws {InvalidArgumentError} */
function roleList(text: string): readonly Role[] {
  const named = text.split(',').map((each) => oneOf(allRoles)(each.trim()));
  return allRoles.filter((role) => named.includes(role));
}

/** Parses `io=4,cpu=2`. @throws {InvalidArgumentError} */
function slotList(text: string): Partial<Slots> {
  const pairs = text.split(',').map((pair) => {
    const [role = '', count = ''] = pair.split('=');
    return [oneOf(allRoles)(role.trim()), positiveInteger(count.trim())] as const;
  });
  return Object.fromEntries(pairs);
}

/** @throws {HeadraceError} UsageError where only one of the two is given. */
function versionOf(
  deployment: string | undefined,
  buildId: string | undefined,
): DeploymentVersion | undefined {
  if (deployment !== undefined && buildId !== undefined) return { deploymentName: deployment, buildId };
  if (deployment === undefined && buildId === undefined) return undefined;
  throw new HeadraceError('UsageError', '--deployment and --build-id go together', {
    remedy: 'Give both, or neither for workers without versions.',
  });
}
