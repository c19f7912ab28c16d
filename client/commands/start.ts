import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { defined } from '../../core/defined.js';
import { taskQueueOf } from '../../worker/connection.js';
import { action } from '../command-line/action.js';
import { integer, number, positiveInteger, recipeHelp, setOption } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { openLocalWork } from '../local-work.js';
import { readRecipeFile } from '../recipe/recipe-file.js';
import { bringHome } from '../results/bring-home.js';
import { followRun } from '../runs/follow-run.js';
import { mixOf } from '../runs/mix-of.js';
import { sendLocalParts } from '../runs/send-local-parts.js';
import { startRun } from '../runs/start-run.js';
import { withTemporal } from '../temporal/connect.js';
import { uiLink } from '../temporal/ui-link.js';
import { print, say } from '../text/output.js';

interface StartCommandOptions {
  readonly set: readonly string[];
  readonly rowsPerSource?: number;
  readonly updateLock?: boolean;
  readonly from?: string;
  readonly wait?: boolean;
  readonly json?: boolean;
  readonly taskQueue?: string;
  readonly priority?: number;
  readonly weight?: number;
}

export function register(program: Command): void {
  program
    .command('start')
    .description('start a run, or attach to the one of that name')
    .argument('<recipe>', recipeHelp)
    .addOption(setOption())
    .option('--rows-per-source <n>', 'at most n conversations of each source, for a first look', integer)
    .option(
      '--update-lock',
      'set recipe.lock.json to what the Hub and buckets have now, and list the changes',
    )
    .option('--from <path>', 'start from the weights of a saved state, tinker://…/weights/…')
    .option(
      '--wait',
      'follow the run: exit 0 when done, 3 when it waits for a decision, 1 when it failed; at the end bring the results here from a store in a bucket',
    )
    .option('--json', 'print the result as JSON')
    .option('--task-queue <name>', "the workers' task queue; by default that of the store")
    .option('--priority <1-5>', 'work of runs with a lower number is done first; 3 by default', priority)
    .option(
      '--weight <n>',
      'share of the workers beside other runs of the same priority; 1 by default',
      weight,
    )
    .addHelpText(
      'after',
      exampleText(
        ['start recipes/stage1-small.yaml --wait', 'starts a run and follows it to its end'],
        [
          'start recipes/stage1.yaml --set review=true --rows-per-source 200 --wait',
          'a small mix, to review first',
        ],
        [
          'start recipes/stage1.yaml --set train.max_steps=20 --json',
          'prints ids for a script; the run continues',
        ],
        ['start recipes/stage1.yaml --from tinker://…/weights/warmup', 'starts from saved weights'],
      ),
    )
    .action(action(start));
}

async function start(path: string, options: StartCommandOptions): Promise<ExitCode> {
  const from = options.from === undefined ? [] : [`train.from=${options.from}`];
  const recipe = await readRecipeFile(path, { set: [...options.set, ...from] });
  return await withTemporal(async (temporal) => {
    const local = await openLocalWork();
    const taskQueue = options.taskQueue ?? taskQueueOf(local.store.id);
    const { rowsPerSource, updateLock, priority: priorityKey, weight: share } = options;
    const run = await startRun(temporal, recipe, {
      taskQueue,
      ...defined({ rowsPerSource, updateLock, priority: priorityKey, weight: share }),
      beforeStart: () => sendLocalParts(local, recipe, say),
    });
    const { runId, attached, changes } = run;
    const { workflowId } = run.handle;
    const link = uiLink(temporal, { workflowId, runId });
    say(
      `${attached ? 'Attached to the run' : 'Started the run'} ${workflowId}${link === undefined ? '' : `: ${link}`}`,
    );
    if (changes.length > 0)
      say(
        `The last run of this name had another recipe; its results are reused where they still apply:\n${changes.map((change) => `  ${change}`).join('\n')}`,
      );
    if (options.wait === true) {
      const code = await followRun(temporal, recipe.name, { uiLink: link, json: options.json });
      return code === exitCodes.done
        ? await bringHome(recipe, () => mixOf(temporal, recipe.name), `npx headrace get ${recipe.name}`)
        : code;
    }
    if (options.json === true) print(JSON.stringify({ workflowId, runId, attached }));
    say(`Follow it with: npx headrace watch ${recipe.name}`);
    return exitCodes.done;
  });
}

/** Parses a priority. @throws {InvalidArgumentError} */
function priority(text: string): number {
  const value = positiveInteger(text);
  if (value > 5) throw new InvalidArgumentError('expected a whole number from 1 to 5.');
  return value;
}

/** Parses a weight, within what the server takes. @throws {InvalidArgumentError} */
function weight(text: string): number {
  const value = number(text);
  if (value < 0.001 || value > 1000) throw new InvalidArgumentError('expected a number from 0.001 to 1000.');
  return value;
}
