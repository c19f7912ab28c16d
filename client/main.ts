#!/usr/bin/env node
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { defaultStoreRoot, openStore } from '../activities/artifacts/store.js';
import { packageVersion } from '../activities/package-version.js';
import { defined } from '../core/defined.js';
import { HeadraceError, messageOf } from '../core/errors.js';
import type { Stage } from '../core/run/stages.js';
import { addExamples } from './examples.js';
import { exitCodes } from './exit-codes.js';
import type { ExitCode } from './exit-codes.js';
import { registerChecks } from './register-checks.js';
import { registerInspection, registerSteering } from './register-steering.js';
import { secrets } from './secrets.js';

/** The command line. Commands load what they need when they run, so that `--help` is quick. */

const recipeHelp = 'a recipe file, for instance recipes/stage1-small.yaml';

function integer(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('expected a whole number.');
  return Number(text);
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function setOption(): Option {
  return new Option('--set <key=value>', 'set a key of the recipe, e.g. --set train.epochs=2; repeatable')
    .argParser(collect)
    .default([], 'nothing');
}

const program = new Command('headrace')
  .description(
    'From corpora to a trained LoRA in one durable run: downloads, conversion, an exact mix, Tinker training.',
  )
  .version(await packageVersion(), '-V, --version', 'the version of Headrace')
  .showHelpAfterError('(headrace --help shows the commands)')
  .option('--debug', 'show stacks of errors')
  .addHelpText(
    'after',
    `
Examples:
  $ npx headrace dev                                      # Temporal, a Hub, a Tinker server and a worker, on this machine
  $ npx headrace start recipes/stage1-small.yaml --wait   # a run, followed to its end
  $ npx headrace watch stage1-small                       # follow it from anywhere
  $ npx headrace start recipes/stage1.yaml --set seed=18 --rows-per-source 1000

Exit codes: 0 done, 1 failed, 2 usage, 3 the run needs a person, 4 cancelled, 130 interrupted.
Environment: docs/environment.md.`,
  );

/** Runs a command's work and ends with its exit code; errors are told in one message, secrets removed. */
function action<Args extends unknown[]>(
  work: (...args: Args) => Promise<ExitCode>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    process.exitCode = await work(...args);
  };
}

program
  .command('start')
  .description('start a run, or attach to the one of that name')
  .argument('<recipe>', recipeHelp)
  .addOption(setOption())
  .option('--rows-per-source <n>', 'at most n conversations of each source, for a first look', integer)
  .option('--update-lock', 'move recipe.lock.json to what the Hub has now, and say what moved')
  .option('--from <path>', 'begin with the weights of a saved state, tinker://…/weights/…')
  .option('--wait', 'follow the run: exit 0 when done, 3 when it waits for a person, 1 when it failed')
  .option('--json', 'print the result as JSON')
  .option('--task-queue <name>', "the workers' task queue; by default that of the store")
  .action(
    action(async (recipe: string, options: StartCommandOptions) => {
      const { start } = await import('./commands/start.js');
      const from = options.from === undefined ? [] : [`train.from=${options.from}`];
      return await start(recipe, { ...options, set: [...options.set, ...from] });
    }),
  );
interface StartCommandOptions {
  readonly set: readonly string[];
  readonly from?: string;
  readonly rowsPerSource?: number;
  readonly updateLock?: boolean;
  readonly wait?: boolean;
  readonly json?: boolean;
  readonly taskQueue?: string;
}

program
  .command('watch')
  .description('follow a run; Ctrl-C leaves it alone')
  .argument('<run>', "the recipe's name")
  .action(
    action(async (run: string) => {
      const { watch } = await import('./commands/start.js');
      return await watch(run);
    }),
  );

program
  .command('status')
  .description('where a run stands')
  .argument('<run>', "the recipe's name")
  .option('--json', 'as JSON')
  .action(
    action(async (run: string, options: { json?: boolean }) => {
      const { status } = await import('./commands/start.js');
      return await status(run, options.json === true);
    }),
  );

program
  .command('list')
  .description('the runs there are, newest first')
  .option('--json', 'as JSON')
  .action(
    action(async (options: { json?: boolean }) => {
      const { list } = await import('./commands/start.js');
      return await list(options.json === true);
    }),
  );

program
  .command('cancel')
  .description('end a run in order: training saves a checkpoint first, finished pieces stay')
  .argument('<run>', "the recipe's name")
  .option('--wait', 'until it has ended')
  .action(
    action(async (run: string, options: { wait?: boolean }) => {
      const { cancel } = await import('./commands/start.js');
      return await cancel(run, options.wait === true);
    }),
  );

program
  .command('retry-source')
  .description('try a parked source again')
  .argument('<run>', "the recipe's name")
  .argument('<source>', 'its name in the recipe')
  .action(
    action(async (run: string, source: string) => {
      const { update } = await import('./runs/send-update.js');
      return await update(run, 'retrySource', { source });
    }),
  );

program
  .command('skip-source')
  .description('go on without a parked source')
  .argument('<run>', "the recipe's name")
  .argument('<source>', 'its name in the recipe')
  .action(
    action(async (run: string, source: string) => {
      const { update } = await import('./runs/send-update.js');
      return await update(run, 'skipSource', { source });
    }),
  );

program
  .command('retry-stage')
  .description('try a parked stage again')
  .argument('<run>', "the recipe's name")
  .addArgument(
    new Argument('<stage>', 'as `status` shows it').choices(['mix', 'tokenise', 'train', 'report']),
  )
  .action(
    action(async (run: string, stage: Stage) => {
      const { update } = await import('./runs/send-update.js');
      return await update(run, 'retryStage', { stage });
    }),
  );

for (const verb of ['approve', 'reject'] as const)
  program
    .command(verb)
    .description(
      verb === 'approve'
        ? 'accept the mix of a run that waits for review'
        : 'end a run that waits for review',
    )
    .argument('<run>', "the recipe's name")
    .option('--note <text>', 'kept in the history')
    .action(
      action(async (run: string, options: { note?: string }) => {
        const { update } = await import('./runs/send-update.js');
        return await update(run, verb, { note: options.note ?? '' });
      }),
    );

const registration = { program, action, integer, collect, setOption };
registerSteering(registration);
registerInspection(registration);
registerChecks(registration);

program
  .command('worker')
  .description('run a worker: it does the work of runs that use this store')
  .option('--task-queue <name>', 'by default that of the store')
  .addOption(
    new Option('--deployment <name>', 'worker versioning: the deployment that this worker is of').env(
      'TEMPORAL_DEPLOYMENT_NAME',
    ),
  )
  .addOption(
    new Option('--build-id <id>', 'worker versioning: its build; the runs it begins stay with it').env(
      'TEMPORAL_WORKER_BUILD_ID',
    ),
  )
  .addHelpText(
    'after',
    '\nThe worker, and only the worker, needs HF_TOKEN and TINKER_API_KEY. Ctrl-C lets it save; a second one ends it at once.',
  )
  .action(
    action(async (options: { taskQueue?: string; deployment?: string; buildId?: string }) => {
      const { deployment, buildId } = options;
      if ((deployment === undefined) !== (buildId === undefined))
        throw new HeadraceError('UsageError', '--deployment and --build-id go together', {
          remedy: 'Give both, or neither for workers without versions.',
        });
      const { runWorker } = await import('../worker/index.js');
      const { supervisor } = await import('../dev/stack/part.js');
      const boss = supervisor();
      await runWorker({
        storeRoot: defaultStoreRoot(),
        signal: boss.signal,
        ready: (taskQueue, address) => {
          process.stdout.write(`Headrace worker polls ${taskQueue} at ${address}\n`);
          boss.ready({ taskQueue });
        },
        ...defined({ taskQueue: options.taskQueue }),
        ...(deployment === undefined || buildId === undefined
          ? {}
          : { deployment: { deploymentName: deployment, buildId } }),
      });
      return exitCodes.done;
    }),
  );

const dev = program
  .command('dev')
  .description(
    'start Temporal, a Hub, a Tinker server and a worker here, and stay; what the environment names is used instead',
  )
  .action(
    action(async () => {
      const { devStack } = await import('./commands/dev.js');
      return await devStack();
    }),
  );
dev
  .command('temporal')
  .description('only a Temporal dev server with a database file and the web UI')
  .option('--port <n>', 'default: a free one', integer)
  .option('--ui-port <n>', 'default: a free one', integer)
  .option('--state <dir>', 'default: dev/temporal in the store')
  .action(
    action(async (options: { port?: number; uiPort?: number; state?: string }) => {
      const { serveTemporal } = await import('./commands/dev-servers.js');
      await serveTemporal(options);
      return exitCodes.done;
    }),
  );
dev
  .command('hub')
  .description('only a local Hugging Face Hub')
  .option('--port <n>', 'default: a free one', integer)
  .option('--state <dir>', 'default: dev/hub in the store')
  .option('--root <dir>', "folder of repositories, default: the demo's")
  .action(
    action(async (options: { port?: number; root?: string; state?: string }) => {
      const { serveHub } = await import('./commands/dev-servers.js');
      await serveHub(options);
      return exitCodes.done;
    }),
  );
dev
  .command('tinker')
  .description('only a local Tinker server: a small model, trained for real, for development')
  .option('--port <n>', 'default: a free one, kept in the state folder', integer)
  .option('--state <dir>', 'default: dev/tinker in the store')
  .option(
    '--model <dir>',
    'a Qwen3 model in the Hugging Face layout, default: the one that comes with Headrace',
  )
  .action(
    action(async (options: { port?: number; model?: string; state?: string }) => {
      const { serveTinker } = await import('./commands/dev-servers.js');
      await serveTinker(options);
      return exitCodes.done;
    }),
  );

program
  .command('demo')
  .description(
    'the whole main job on embedded defaults: from corpora to a trained LoRA in under three minutes',
  )
  .option('--keep', 'keep the servers afterwards, until Ctrl-C')
  .addOption(setOption())
  .action(
    action(async (options: { keep?: boolean; set: readonly string[] }) => {
      const { demo } = await import('./commands/demo.js');
      return await demo({ keep: options.keep === true, set: options.set });
    }),
  );

program
  .command('store-id')
  .description("the store's id, which names its task queue")
  .action(
    action(async () => {
      process.stdout.write(`${(await openStore(defaultStoreRoot())).id}\n`);
      return exitCodes.done;
    }),
  );

program
  .command('schema')
  .description("print the recipe's JSON Schema, for editors")
  .action(
    action(async () => {
      const { recipeJsonSchema } = await import('./recipe/json-schema.js');
      process.stdout.write(recipeJsonSchema());
      return exitCodes.done;
    }),
  );

addExamples(program);
for (const command of [program, dev, ...program.commands, ...dev.commands]) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = tell(error);
}
// The channel to whoever started this process, or an idle thread, must not keep it from ending.
if (process.connected) process.disconnect();
setTimeout(() => process.exit(), 2_000).unref();

function tell(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  const lines =
    error instanceof HeadraceError
      ? [`${error.type}: ${error.message}`, error.remedy]
      : [messageOf(error), 'Run again with --debug for the stack.'];
  if (program.opts<{ debug?: boolean }>().debug === true && error instanceof Error)
    lines.push(error.stack ?? '');
  process.stderr.write(`${secrets.scrub(lines.join('\n'))}\n`);
  return error instanceof HeadraceError &&
    (error.type === 'RecipeError' || error.type === 'UsageError' || error.type === 'LabelError')
    ? exitCodes.usage
    : exitCodes.failed;
}
