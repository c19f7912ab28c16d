import type { Command } from 'commander';
import { storePlace } from '../../activities/artifacts/open-store.js';
import { workplacePlace } from '../../activities/artifacts/workplace-place.js';
import { HeadraceError, messageOf } from '../../core/errors.js';
import { addressesOf, DevRecord } from '../../dev/stack/dev-record.js';
import { readDevServers } from '../../dev/stack/dev-servers.js';
import { startStack } from '../../dev/stack/stack.js';
import type { Stack } from '../../dev/stack/stack.js';
import { action } from '../command-line/action.js';
import { exampleText } from '../command-line/examples.js';
import { programPath } from '../command-line/program-path.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { untilAborted } from '../process/interrupt.js';
import { parentProcess } from '../process/parent-process.js';
import { print, say } from '../text/output.js';
import { partEventText, stackText } from '../text/stack.js';
import { register as registerHub } from './dev/hub.js';
import { register as registerS3 } from './dev/s3.js';
import { register as registerTemporal } from './dev/temporal.js';
import { register as registerTinker } from './dev/tinker.js';

export function register(program: Command): void {
  const dev = program
    .command('dev')
    .description(
      'start Temporal, a Hub, a Tinker server and a worker here, and stay; servers that the environment names are used instead',
    )
    .option('--s3', 'also start an S3 server that has the store, and two workers with a cache of their own')
    .option(
      '--json',
      'print a line of JSON when all of them serve, when one has ended and when it serves again',
    )
    .addHelpText('after', exampleText(['dev', 'then, in another terminal: npx headrace start RECIPE --wait']))
    .action(action(serveStack));
  for (const registerCommand of [registerTemporal, registerHub, registerTinker, registerS3])
    registerCommand(dev);
}

interface DevOptions {
  readonly json?: boolean;
  readonly s3?: boolean;
}

/** Variables that the worker of `headrace dev` inherits. A server that they name is not started. */
const passedOn = /^(HF_|HUGGING|TINKER_|TEMPORAL_|AWS_|HEADRACE_CACHE)/;

/**
 * Starts the stack and keeps it until Ctrl-C.
 *
 * @throws {HeadraceError} ServerEndedError where a part has died too often.
 */
async function serveStack({ json = false, s3 = false }: DevOptions): Promise<ExitCode> {
  const workplace = workplacePlace();
  await requireNoOther(storePlace(), workplace);
  const parent = parentProcess();
  const record = new DevRecord(workplace);
  let stack: Stack | undefined;
  try {
    await record.write();
    stack = await startStack({
      program: programPath,
      store: storePlace(),
      workplace,
      given: passedOnFrom(process.env),
      s3,
      log: say,
      onEvent: (event) => {
        say(partEventText(event));
        if (json) print(JSON.stringify(event));
        record.write().catch((error: unknown) => say(messageOf(error)));
      },
      signal: parent.signal,
    });
    if (stack === undefined) {
      say('Interrupted while the servers started; nothing is left running.');
      return exitCodes.interrupted;
    }
    await record.write(stack);
    const store = stack.storeVariables['HEADRACE_STORE'] ?? storePlace();
    say(stackText(stack, store));
    print(json ? readyJson(stack, store) : `Ready: Temporal at ${stack.temporalAddress}`);
    parent.ready({ temporal: stack.temporalAddress });
    await untilAborted(AbortSignal.any([parent.signal, stack.failed]));
    stack.failed.throwIfAborted();
    say('Ending …');
    return exitCodes.done;
  } finally {
    await record.remove();
    await stack?.close();
  }
}

function readyJson(stack: Stack, store: string): string {
  return JSON.stringify({ event: 'ready', pid: process.pid, store, ...addressesOf(stack) });
}

/** @throws {HeadraceError} UsageError where another `headrace dev` runs on the store. */
async function requireNoOther(store: string, workplace: string): Promise<void> {
  const running = await readDevServers(workplace);
  if (running === undefined) return;
  throw new HeadraceError(
    'UsageError',
    `\`headrace dev\` is already running on the store ${store} (process ${running.pid})`,
    { remedy: 'Use that one, or set HEADRACE_STORE to another store.' },
  );
}

function passedOnFrom(env: NodeJS.ProcessEnv): Record<string, string> {
  const set = Object.entries(env).flatMap(([name, value = '']) =>
    passedOn.test(name) && value !== '' ? [[name, value] as const] : [],
  );
  return Object.fromEntries(set);
}
