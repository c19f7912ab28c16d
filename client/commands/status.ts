import type { Command } from 'commander';
import { defined } from '../../core/defined.js';
import { messageOf } from '../../core/errors.js';
import { workflowIdOf } from '../../core/run/workflow-ids.js';
import { action } from '../command-line/action.js';
import { runHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { handleOf, requireRun, runState } from '../runs/find-run.js';
import { pendingActivities } from '../runs/pending-activities.js';
import { unservedText } from '../runs/waiting-work.js';
import { withTemporal } from '../temporal/connect.js';
import { uiLink } from '../temporal/ui-link.js';
import { print, say } from '../text/output.js';
import { statusText } from '../text/status.js';

export function register(program: Command): void {
  program
    .command('status')
    .description('show a run: what is done, what is under way, what it waits for')
    .argument('<run>', runHelp)
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      exampleText(['status stage1'], ['status stage1 --json', 'the whole state, for a script']),
    )
    .action(action(status));
}

async function status(name: string, options: { readonly json?: boolean }): Promise<ExitCode> {
  return await withTemporal(async (temporal) => {
    const description = await requireRun(temporal, name);
    const state = await runState(handleOf(temporal, name)).catch((error: unknown) => {
      say(`No worker answers (${messageOf(error)}). This is what the server has recorded.`);
      return undefined;
    });
    const pending = await pendingActivities(temporal, workflowIdOf(name));
    const runStatus = description.status.name;
    const unserved = await unservedText(temporal, description.taskQueue, pending);
    if (options.json === true)
      print(JSON.stringify({ status: runStatus, state: state ?? null, pending, ...defined({ unserved }) }));
    else
      print(statusText({ name, runStatus, state, pending, unserved, uiLink: uiLink(temporal, description) }));
    return exitCodes.done;
  });
}
