import { Command } from 'commander';
import { packageVersion } from '../../activities/package-version.js';
import { exampleText } from './examples.js';

interface CommandModule {
  readonly register: (program: Command) => void;
}

/** The modules of the commands, in the order of `--help`. */
const commands: Readonly<Record<string, () => Promise<CommandModule>>> = {
  start: () => import('../commands/start.js'),
  watch: () => import('../commands/watch.js'),
  status: () => import('../commands/status.js'),
  list: () => import('../commands/list.js'),
  cancel: () => import('../commands/cancel.js'),
  'retry-source': () => import('../commands/retry-source.js'),
  'skip-source': () => import('../commands/skip-source.js'),
  'retry-stage': () => import('../commands/retry-stage.js'),
  approve: () => import('../commands/approve.js'),
  reject: () => import('../commands/reject.js'),
  pause: () => import('../commands/pause.js'),
  resume: () => import('../commands/resume.js'),
  save: () => import('../commands/save.js'),
  'replace-source': () => import('../commands/replace-source.js'),
  'change-caps': () => import('../commands/change-caps.js'),
  'change-budget': () => import('../commands/change-budget.js'),
  review: () => import('../commands/review.js'),
  cost: () => import('../commands/cost.js'),
  report: () => import('../commands/report.js'),
  get: () => import('../commands/get.js'),
  trace: () => import('../commands/trace.js'),
  checkpoints: () => import('../commands/checkpoints.js'),
  sample: () => import('../commands/sample.js'),
  mix: () => import('../commands/mix.js'),
  models: () => import('../commands/models.js'),
  doctor: () => import('../commands/doctor.js'),
  plan: () => import('../commands/plan.js'),
  preview: () => import('../commands/preview.js'),
  tokens: () => import('../commands/tokens.js'),
  cache: () => import('../commands/cache.js'),
  worker: () => import('../commands/worker.js'),
  dev: () => import('../commands/dev.js'),
  demo: () => import('../commands/demo.js'),
  'store-id': () => import('../commands/store-id.js'),
  schema: () => import('../commands/schema.js'),
};

/**
 * Returns the command line.
 * @param args - the arguments after `headrace`. Where they name a command, its module alone is loaded; else,
 *   for instance for `--help`, all modules.
 */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const program = new Command('headrace')
    .description(
      'From corpora to a trained LoRA in one durable run: download, conversion, an exact mix, training on Tinker.',
    )
    .version(await packageVersion(), '-V, --version', 'the version of Headrace')
    .showHelpAfterError('(headrace --help shows the commands)')
    .option('--debug', 'show stacks of errors')
    .addHelpText(
      'after',
      `${exampleText(
        ['dev', 'starts Temporal, a Hub, a Tinker server and a worker on this machine'],
        ['start recipes/stage1-small.yaml --wait', 'starts a run and follows it to its end'],
        ['watch stage1-small', 'follows it from any machine'],
        ['start recipes/stage1.yaml --set seed=18 --rows-per-source 1000', 'another seed, a small mix'],
      )}

Exit codes: 0 done, 1 failed, 2 usage, 3 the run waits for a decision, 4 cancelled, 130 interrupted,
141 nobody reads the output.
Environment: docs/environment.md.`,
    )
    .exitOverride();
  const named = commands[args.find((arg) => !arg.startsWith('-')) ?? ''];
  const modules = named === undefined ? Object.values(commands) : [named];
  for (const { register } of await Promise.all(modules.map((load) => load()))) register(program);
  return program;
}
