import type { Command } from 'commander';
import { action } from '../command-line/action.js';
import { runHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import type { ExitCode } from '../exit-codes.js';
import { requireRun } from '../runs/find-run.js';
import { followRun } from '../runs/follow-run.js';
import { withTemporal } from '../temporal/connect.js';
import { uiLink } from '../temporal/ui-link.js';

export function register(program: Command): void {
  program
    .command('watch')
    .description('follow a run; Ctrl-C does not stop it')
    .argument('<run>', runHelp)
    .addHelpText('after', exampleText(['watch stage1', 'shows progress bars, losses and checkpoints']))
    .action(action(watch));
}

async function watch(name: string): Promise<ExitCode> {
  return await withTemporal(async (temporal) => {
    const link = uiLink(temporal, await requireRun(temporal, name));
    return await followRun(temporal, name, { uiLink: link });
  });
}
