import { Option } from 'commander';
import type { Command } from 'commander';
import { defaultStoreRoot } from '../../activities/artifacts/store.js';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import type { DeploymentVersion } from '../../worker/index.js';
import { action } from '../command-line/action.js';
import { exampleText } from '../command-line/examples.js';
import { commandEnvironment } from '../environment.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { parentProcess } from '../process/parent-process.js';
import { print } from '../text/output.js';

interface WorkerOptions {
  readonly taskQueue?: string;
  readonly deployment?: string;
  readonly buildId?: string;
}

export function register(program: Command): void {
  program
    .command('worker')
    .description('run a worker: it does the work of runs that use this store')
    .option('--task-queue <name>', 'by default that of the store')
    .addOption(
      new Option('--deployment <name>', 'worker versioning: the deployment that this worker is part of').env(
        'TEMPORAL_DEPLOYMENT_NAME',
      ),
    )
    .addOption(
      new Option('--build-id <id>', 'worker versioning: its build; the runs that it starts stay with it').env(
        'TEMPORAL_WORKER_BUILD_ID',
      ),
    )
    .addHelpText(
      'after',
      '\nThe worker, and only the worker, needs HF_TOKEN and TINKER_API_KEY. Ctrl-C lets it save; a second Ctrl-C ends it at once.',
    )
    .addHelpText('after', exampleText(['worker', 'with HF_TOKEN and TINKER_API_KEY in its environment']))
    .action(action(work));
}

async function work({ taskQueue, deployment, buildId }: WorkerOptions): Promise<ExitCode> {
  const version = versionOf(deployment, buildId);
  const parent = parentProcess();
  // Temporal's native worker is slow to load, which the help of all commands does not wait for.
  const { runWorker } = await import('../../worker/index.js');
  await runWorker({
    storeRoot: defaultStoreRoot(),
    env: await commandEnvironment(),
    signal: parent.signal,
    ready: (polled, address) => {
      print(`Headrace worker polls ${polled} at ${address}`);
      parent.ready({ taskQueue: polled });
    },
    ...defined({ taskQueue, deployment: version }),
  });
  return exitCodes.done;
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
