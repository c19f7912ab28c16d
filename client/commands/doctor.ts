import type { Command } from 'commander';
import { action } from '../command-line/action.js';
import { recipeHelp, setOption } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { runChecks } from '../doctor/run-checks.js';
import { tryTinker } from '../doctor/try-tinker.js';
import type { ExitCode } from '../exit-codes.js';
import { readRecipeFile } from '../recipe/recipe-file.js';

interface DoctorOptions {
  readonly set: readonly string[];
  readonly json?: boolean;
  readonly taskQueue?: string;
  readonly tinkerSmoke?: boolean;
}

export function register(program: Command): void {
  program
    .command('doctor')
    .description('check what a run needs, and print a remedy for each problem; exit 1 where a check fails')
    .argument('[recipe]', recipeHelp)
    .addOption(setOption())
    .option('--json', 'as JSON')
    .option('--task-queue <name>', "the workers' task queue; by default that of the store")
    .option(
      '--tinker-smoke',
      "test Tinker alone: two tiny steps, save, load, sample, delete, on the recipe's base model or the smallest one",
    )
    .addHelpText(
      'after',
      exampleText(
        ['doctor', 'this machine, Temporal, the worker'],
        ['doctor recipes/stage1.yaml', 'and every source, the base model, the disk'],
      ),
    )
    .action(action(doctor));
}

async function doctor(path: string | undefined, options: DoctorOptions): Promise<ExitCode> {
  const recipe = path === undefined ? undefined : await readRecipeFile(path, { set: options.set });
  const json = options.json === true;
  if (options.tinkerSmoke === true) return await tryTinker(recipe, json);
  return await runChecks(recipe, { json, taskQueue: options.taskQueue });
}
