import { resolve } from 'node:path';
import type { Command } from 'commander';
import { defined } from '../../../core/defined.js';
import { shippedHubRoot } from '../../../dev/stack/shipped.js';
import { localHubToken } from '../../../dev/stack/stack.js';
import { action } from '../../command-line/action.js';
import { integer } from '../../command-line/arguments.js';
import { exampleText } from '../../command-line/examples.js';
import { exitCodes } from '../../exit-codes.js';
import type { ExitCode } from '../../exit-codes.js';
import { untilAborted } from '../../process/interrupt.js';
import { parentProcess } from '../../process/parent-process.js';
import { print } from '../../text/output.js';
import { stateDir } from './state-dir.js';

interface DevHubOptions {
  readonly port?: number;
  readonly state?: string;
  readonly root?: string;
}

export function register(dev: Command): void {
  dev
    .command('hub')
    .description('start a local Hugging Face Hub alone')
    .option('--port <n>', 'default: a free one', integer)
    .option('--state <dir>', 'default: dev/hub in the store')
    .option('--root <dir>', "folder of repositories, default: the demo's")
    .addHelpText('after', exampleText(['dev hub --port 9000', 'for HF_ENDPOINT=http://127.0.0.1:9000']))
    .action(action(serveHub));
}

async function serveHub({ port, state, root }: DevHubOptions): Promise<ExitCode> {
  const { startHub } = await import('../../../dev/hub/index.js');
  const parent = parentProcess();
  const hub = await startHub({
    root: resolve(root ?? shippedHubRoot),
    stateDir: stateDir('hub', state),
    ...defined({ port }),
    tokens: { [localHubToken]: 'demo' },
  });
  print(`Local Hub at ${hub.url} (development server); its token is ${localHubToken}`);
  parent.ready({ url: hub.url });
  await untilAborted(parent.signal);
  await hub.close();
  return exitCodes.done;
}
