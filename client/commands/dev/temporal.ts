import type { Command } from 'commander';
import { defined } from '../../../core/defined.js';
import { action } from '../../command-line/action.js';
import { integer } from '../../command-line/arguments.js';
import { exampleText } from '../../command-line/examples.js';
import { exitCodes } from '../../exit-codes.js';
import type { ExitCode } from '../../exit-codes.js';
import { parentProcess } from '../../process/parent-process.js';
import { print } from '../../text/output.js';
import { stateDir } from './state-dir.js';
import { untilEnded } from './until-ended.js';

interface DevTemporalOptions {
  readonly port?: number;
  readonly uiPort?: number;
  readonly state?: string;
}

export function register(dev: Command): void {
  dev
    .command('temporal')
    .description('start a Temporal dev server alone, with a database file and the web UI')
    .option('--port <n>', 'default: a free one', integer)
    .option('--ui-port <n>', 'default: a free one', integer)
    .option('--state <dir>', 'default: dev/temporal in the store')
    .addHelpText('after', exampleText(['dev temporal --port 7233 --ui-port 8233']))
    .action(action(serveTemporal));
}

async function serveTemporal({ port, uiPort, state }: DevTemporalOptions): Promise<ExitCode> {
  const { startTemporal } = await import('../../../dev/temporal/server.js');
  const parent = parentProcess();
  const server = await startTemporal({
    stateDir: stateDir('temporal', state),
    ...defined({ port, uiPort }),
    log: (line) => parent.log(line),
    signal: parent.signal,
  });
  print(`Temporal development server at ${server.address}, web UI ${server.uiUrl}`);
  parent.ready({ address: server.address, ui: server.uiUrl, pid: String(server.process.pid) });
  await untilEnded('The Temporal server', server, parent.signal);
  return exitCodes.done;
}
