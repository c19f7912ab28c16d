import { InvalidArgumentError } from 'commander';
import type { Command, Option } from 'commander';
import type { ExitCode } from './exit-codes.js';
import type { CheckpointsOptions } from './commands/checkpoints.js';
import type { TraceOptions } from './commands/report.js';
import type { SampleOptions } from './commands/sample.js';

export interface Registration {
  readonly program: Command;
  readonly action: <Args extends unknown[]>(
    work: (...args: Args) => Promise<ExitCode>,
  ) => (...args: Args) => Promise<void>;
  readonly integer: (text: string) => number;
  readonly collect: (value: string, before: readonly string[]) => readonly string[];
  readonly setOption: () => Option;
}

const runHelp = "the recipe's name";

/** Commands that steer a run under way. */
export function registerSteering({ program, action, collect }: Registration): void {
  const simple = [
    ['pause', 'pause', 'stop what is under way, saved, and begin nothing until `resume`'],
    ['resume', 'resume', 'go on after `pause`'],
    ['save', 'saveCheckpoint', 'save a checkpoint now; the training goes on from it'],
  ] as const;
  for (const [verb, which, description] of simple)
    program
      .command(verb)
      .description(description)
      .argument('<run>', runHelp)
      .action(
        action(async (run: string) => {
          const { update } = await import('./runs/send-update.js');
          return await update(run, which);
        }),
      );

  program
    .command('replace-source')
    .description('try a parked source again with another definition; what is not named stays')
    .argument('<run>', runHelp)
    .argument('<source>', 'its name in the recipe')
    .option('--dataset <id>', 'another dataset of the Hub')
    .option('--revision <revision>', 'branch, tag or commit')
    .option('--config <name>')
    .option('--split <name>')
    .option('--data-files <pattern>', 'repeatable', collect)
    .option('--files <path>', 'local files or globs instead; repeatable', collect)
    .option('--format <format>')
    .option('--max-reject-fraction <fraction>', 'how many rows may be rejected', fraction)
    .action(
      action(async (run: string, source: string, options: object) => {
        const { replaceSource } = await import('./commands/review.js');
        return await replaceSource(run, source, options);
      }),
    );

  program
    .command('change-caps')
    .description('in a review: make the mix again with other rows or shares, from what is converted already')
    .argument('<run>', runHelp)
    .argument('<caps...>', 'NAME=500 (rows), NAME=20% (share), NAME=all')
    .option('--note <text>', 'kept in the history')
    .action(
      action(async (run: string, caps: readonly string[], options: { note?: string }) => {
        const { changeCaps } = await import('./commands/review.js');
        return await changeCaps(run, caps, options.note ?? '');
      }),
    );

  program
    .command('review')
    .description('what to look at before approving: composition, conversations of the mix, rejected rows')
    .argument('<run>', runHelp)
    .action(
      action(async (run: string) => {
        const { review } = await import('./commands/review.js');
        return await review(run);
      }),
    );
}

/** Commands that look at what a run has made. */
export function registerInspection({ program, action, integer, setOption }: Registration): void {
  program
    .command('report')
    .description('write report.html of a run, at any time, from what there is so far')
    .argument('<run>', runHelp)
    .action(
      action(async (run: string) => {
        const { report } = await import('./commands/report.js');
        return await report(run);
      }),
    );

  program
    .command('trace')
    .description('where a line of train.jsonl comes from: source, file and row')
    .argument('<run>', runHelp)
    .argument('<line>', 'from 1', integer)
    .option('--heldout', 'a line of heldout.jsonl')
    .option('--json', 'as JSON')
    .action(
      action(async (run: string, line: number, options: TraceOptions) => {
        const { trace } = await import('./commands/report.js');
        return await trace(run, line, options);
      }),
    );

  program
    .command('checkpoints')
    .description(
      "a run's checkpoints: ls lists them and what the server still has, keep lets one stay for good, rm removes one, export fetches it as a PEFT adapter",
    )
    .argument('<run>', runHelp)
    .argument('[action]', 'ls, keep, rm or export', 'ls')
    .argument('[label]', 'default: the newest; rm takes none by default')
    .option('--to <dir>', "for export; default: adapters/LABEL in the run's folder")
    .option('--json', 'as JSON')
    .action(
      action(async (run: string, verb: string, label: string | undefined, options: CheckpointsOptions) => {
        const { checkpoints } = await import('./commands/checkpoints.js');
        return await checkpoints(run, verb, label, options);
      }),
    );

  program
    .command('sample')
    .description("let a run's newest checkpoint, or any tinker:// sampler weights, answer a prompt")
    .argument('<run>', "the recipe's name, or a tinker://…/sampler_weights/… path")
    .argument('<prompt>')
    .option('--checkpoint <label>', 'another checkpoint of the run')
    .option('--base', 'the base model instead')
    .option('--max-tokens <n>', 'default 400', integer)
    .option('--temperature <t>', 'default 0: greedy', number)
    .option('--seed <n>', 'of the sampling', integer)
    .option('--json', 'as JSON')
    .action(
      action(async (run: string, prompt: string, options: SampleOptions) => {
        const { sample } = await import('./commands/sample.js');
        return await sample(run, prompt, options);
      }),
    );

  program
    .command('mix')
    .description('the data half alone, in this process, without Temporal: the same bytes as in a run')
    .argument('<recipe>', 'a recipe file')
    .addOption(setOption())
    .option('--rows-per-source <n>', 'at most n conversations of each source', integer)
    .option('--json', 'print the result as JSON')
    .action(
      action(
        async (
          recipe: string,
          options: { set: readonly string[]; rowsPerSource?: number; json?: boolean },
        ) => {
          const { mixHere } = await import('./commands/mix.js');
          return await mixHere(recipe, options);
        },
      ),
    );
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('expected a number of 0 or more.');
  return value;
}

function fraction(text: string): number {
  const value = number(text);
  if (value > 1) throw new InvalidArgumentError('expected a number from 0 to 1.');
  return value;
}
