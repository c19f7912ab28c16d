import type { Command } from 'commander';
import { storePlace, openStore } from '../../activities/artifacts/open-store.js';
import type { WriteReportInput } from '../../core/contracts/report.js';
import { action } from '../command-line/action.js';
import { runHelp } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { unattendedWork } from '../local-work.js';
import { requireRun } from '../runs/find-run.js';
import { reportInput } from '../runs/report-input.js';
import { runEnding } from '../runs/run-ending.js';
import type { RunEnding } from '../runs/run-ending.js';
import { withTemporal } from '../temporal/connect.js';
import { print } from '../text/output.js';

export function register(program: Command): void {
  program
    .command('report')
    .description('write report.html of a run, finished or not')
    .argument('<run>', runHelp)
    .addHelpText('after', exampleText(['report stage1', 'prints the path of report.html']))
    .action(action(report));
}

async function report(name: string): Promise<ExitCode> {
  // Loaded here, as the charts take a quarter of a second and `--help` loads every command.
  const { createReportActivities } = await import('../../activities/report/index.js');
  return await withTemporal(async (temporal) => {
    const { status } = await requireRun(temporal, name);
    const ending = status.name === 'RUNNING' ? undefined : await runEnding(temporal, name);
    const input = await reportInput(temporal, name);
    const standing = { ...input.standing, at: Date.now(), ...statusOf(ending) };
    const activities = createReportActivities({ store: await openStore(storePlace()) });
    const { path } = await activities.writeReport({ ...input, standing }, unattendedWork());
    print(path);
    return exitCodes.done;
  });
}

/** The status by the server: the query of a run that failed or was terminated still answers `running`. */
function statusOf(ending: RunEnding | undefined): Partial<WriteReportInput['standing']> {
  if (ending === undefined) return { status: 'running' };
  return ending.kind === 'failed' ? { status: 'failed', failure: ending.message } : { status: ending.kind };
}
