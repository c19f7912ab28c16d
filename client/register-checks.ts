import type { Command, Option } from 'commander';
import type { ExitCode } from './exit-codes.js';

/** What a group of commands is given to register itself. */
export interface ChecksRegistration {
  readonly program: Command;
  readonly action: <Args extends unknown[]>(
    work: (...args: Args) => Promise<ExitCode>,
  ) => (...args: Args) => Promise<void>;
  readonly integer: (text: string) => number;
  readonly setOption: () => Option;
}

const recipeHelp = 'a recipe file, for instance recipes/stage1-small.yaml';

interface DoctorCommandOptions {
  readonly set: readonly string[];
  readonly json?: boolean;
  readonly taskQueue?: string;
  readonly tinkerSmoke?: boolean;
}

interface PlanCommandOptions {
  readonly set: readonly string[];
  readonly updateLock?: boolean;
  readonly explain?: boolean;
  readonly json?: boolean;
}

interface PreviewCommandOptions {
  readonly set: readonly string[];
  readonly source?: string;
  readonly rows: number;
  readonly json?: boolean;
}

/** The commands that look before a run, and into the store. */
export function registerChecks({ program, action, integer, setOption }: ChecksRegistration): void {
  program
    .command('doctor')
    .description(
      'check everything that can be known before a run, and say what to do about it; exit 1 where something fails',
    )
    .argument('[recipe]', recipeHelp)
    .addOption(setOption())
    .option('--json', 'as JSON')
    .option('--task-queue <name>', "the workers' task queue; by default that of the store")
    .option(
      '--tinker-smoke',
      "only try Tinker: two tiny steps, save, load, sample, delete, on the recipe's base model or the smallest there is",
    )
    .action(
      action(async (recipe: string | undefined, options: DoctorCommandOptions) => {
        if (options.tinkerSmoke === true) {
          const { smoke } = await import('./doctor/tinker-smoke.js');
          return await smoke(recipe, options);
        }
        const { doctor } = await import('./commands/doctor.js');
        return await doctor(recipe, options);
      }),
    );

  program
    .command('plan')
    .description('what a run would download, reuse and convert; downloads nothing')
    .argument('<recipe>', recipeHelp)
    .addOption(setOption())
    .option('--update-lock', 'move recipe.lock.json to what the Hub has now, and say what moved')
    .option('--explain', 'every file and piece')
    .option('--json', 'as JSON')
    .action(
      action(async (recipe: string, options: PlanCommandOptions) => {
        const { plan } = await import('./commands/plan.js');
        return await plan(recipe, options);
      }),
    );

  program
    .command('preview')
    .description('rows before and after conversion, from the head of each source, without whole downloads')
    .argument('<recipe>', recipeHelp)
    .addOption(setOption())
    .option('--source <name>', 'only this source')
    .option('-n, --rows <n>', 'rows of each source', integer, 5)
    .option('--json', 'a JSON line for each source')
    .action(
      action(async (recipe: string, options: PreviewCommandOptions) => {
        const { preview } = await import('./commands/preview.js');
        return await preview(recipe, options);
      }),
    );

  const cache = program.command('cache').description('what the store holds: sizes, who uses it, what may go');
  cache
    .command('ls')
    .description('what there is, how large, and which runs use it')
    .option('--json', 'as JSON')
    .action(
      action(async (options: { json?: boolean }) => {
        const { cacheLs } = await import('./commands/cache.js');
        return await cacheLs(options.json === true);
      }),
    );
  cache
    .command('verify')
    .description('read every downloaded file and check its hash, and every artifact its sizes')
    .option('--repair', 'remove what is damaged, so that the next run makes it anew')
    .option('--json', 'as JSON')
    .action(
      action(async (options: { repair?: boolean; json?: boolean }) => {
        const { cacheVerify } = await import('./commands/cache.js');
        return await cacheVerify(options.repair === true, options.json === true);
      }),
    );
  cache
    .command('gc')
    .description('remove what no run has used for a while; records of training stay')
    .option('--keep-days <n>', 'what was used in the last n days stays', integer, 30)
    .option('--dry-run', 'only say what would go')
    .option('--json', 'as JSON')
    .action(
      action(async (options: { keepDays: number; dryRun?: boolean; json?: boolean }) => {
        const { cacheGc } = await import('./commands/cache.js');
        return await cacheGc(options.keepDays, options.dryRun === true, options.json === true);
      }),
    );
  for (const command of cache.commands) command.exitOverride();
}
