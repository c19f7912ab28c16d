import { Option } from 'commander';
import type { Command } from 'commander';
import { storePlace } from '../../activities/artifacts/open-store.js';
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
    .description('run a worker for the runs of this store')
    .option('--task-queue <name>', 'by default that of the store')
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
      '\nThe worker alone needs HF_TOKEN and TINKER_API_KEY. On Ctrl-C it saves and ends; a second Ctrl-C ends it at once.',
    )
    .addHelpText('after', exampleText(['worker', 'with HF_TOKEN and TINKER_API_KEY in its environment']))
    .action(action(work));
}

async function work({ taskQueue, deployment, buildId }: WorkerOptions): Promise<ExitCode> {
  const version = versionOf(deployment, buildId);
  const parent = parentProcess();
  // Loaded here, as Temporal's native worker is slow to load and `--help` loads every command.
  const { runWorker } = await import('../../worker/index.js');
  await runWorker({
    storeRoot: storePlace(),
    env: parent.isHeadrace ? process.env : await commandEnvironment(),
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
