import { resolve } from 'node:path';
import type { Command } from 'commander';
import { defined } from '../../../core/defined.js';
import { shippedModelDir } from '../../../dev/stack/shipped.js';
import { action } from '../../command-line/action.js';
import { integer } from '../../command-line/arguments.js';
import { exampleText } from '../../command-line/examples.js';
import { exitCodes } from '../../exit-codes.js';
import type { ExitCode } from '../../exit-codes.js';
import { untilAborted } from '../../process/interrupt.js';
import { parentProcess } from '../../process/parent-process.js';
import { print } from '../../text/output.js';
import { stateDir } from './state-dir.js';

interface DevTinkerOptions {
  readonly port?: number;
  readonly state?: string;
  readonly model?: string;
}

export function register(dev: Command): void {
  dev
    .command('tinker')
    .description('start a local Tinker server alone; it trains a small model, for development')
    .option('--port <n>', 'default: the last one, else a free one', integer)
    .option('--state <dir>', 'default: dev/tinker in the store')
    .option('--model <dir>', 'a Qwen3 model in the Hugging Face layout, default: the one that Headrace ships')
    .addHelpText(
      'after',
      exampleText(['dev tinker --port 9001', 'for TINKER_BASE_URL=http://127.0.0.1:9001']),
    )
    .action(action(serveTinker));
}

async function serveTinker({ port, state, model }: DevTinkerOptions): Promise<ExitCode> {
  const { startTinkerServer } = await import('../../../dev/tinker/server/index.js');
  const parent = parentProcess();
  const server = await startTinkerServer({
    modelDir: resolve(model ?? shippedModelDir),
    stateDir: stateDir('tinker', state),
    ...defined({ port }),
  });
  print(`Local Tinker development server at ${server.url}`);
  parent.ready({ url: server.url });
  await untilAborted(parent.signal);
  await server.close();
  return exitCodes.done;
}
