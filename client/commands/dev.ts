import type { Command } from 'commander';
import { defaultStoreRoot } from '../../activities/artifacts/store.js';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import { readDevServers, removeDevServers, writeDevServers } from '../../dev/stack/dev-servers.js';
import { startStack } from '../../dev/stack/stack.js';
import type { ServerName, Stack } from '../../dev/stack/stack.js';
import { packagePath } from '../../files/package-path.js';
import { action } from '../command-line/action.js';
import { exampleText } from '../command-line/examples.js';
import { programPath } from '../command-line/program-path.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { untilAborted } from '../process/interrupt.js';
import { parentProcess } from '../process/parent-process.js';
import { fromHere } from '../text/from-here.js';
import { say } from '../text/output.js';
import { register as registerHub } from './dev/hub.js';
import { register as registerTemporal } from './dev/temporal.js';
import { register as registerTinker } from './dev/tinker.js';

export function register(program: Command): void {
  const dev = program
    .command('dev')
    .description(
      'start Temporal, a Hub, a Tinker server and a worker here, and stay; servers that the environment names are used instead',
    )
    .addHelpText('after', exampleText(['dev', 'then, in another terminal: npx headrace start RECIPE --wait']))
    .action(action(serveStack));
  for (const registerCommand of [registerTemporal, registerHub, registerTinker]) registerCommand(dev);
}

/** Variables that the worker of `headrace dev` inherits. A server that they name is not started. */
const passedOn = /^(HF_|HUGGING|TINKER_|TEMPORAL_)/;

async function serveStack(): Promise<ExitCode> {
  const store = defaultStoreRoot();
  await requireNoOther(store);
  const parent = parentProcess();
  const stack = await startStack({
    program: programPath,
    store,
    given: passedOnFrom(process.env),
    log: say,
    signal: parent.signal,
  });
  if (stack === undefined) {
    say('Interrupted while the servers started; nothing is left running.');
    return exitCodes.interrupted;
  }
  try {
    await writeDevServers(store, addressesOf(stack));
    say(stackText(stack, store));
    reportExits(stack, parent.signal);
    parent.ready({ temporal: stack.temporalAddress });
    // The event loop must not become empty when every part has ended.
    const stay = setInterval(() => undefined, 60_000);
    await untilAborted(parent.signal);
    clearInterval(stay);
    say('Ending …');
    return exitCodes.done;
  } finally {
    await removeDevServers(store);
    await stack.close();
  }
}

/** @throws {HeadraceError} UsageError where another `headrace dev` runs on the store. */
async function requireNoOther(store: string): Promise<void> {
  const running = await readDevServers(store);
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

function addressesOf({ parts, temporalAddress, temporalUi, hubUrl, tinkerUrl }: Stack) {
  return defined({
    temporalAddress,
    temporalUi,
    hub: parts.has('hub') ? hubUrl : undefined,
    tinker: parts.has('tinker') ? tinkerUrl : undefined,
  });
}

function stackText({ parts, temporalAddress, temporalUi, hubUrl, tinkerUrl }: Stack, store: string): string {
  const kind = (name: ServerName): string => (parts.has(name) ? ' (local, for development)' : '');
  return [
    `Store     ${store}`,
    `Temporal  ${temporalAddress}${temporalUi === undefined ? '' : `, web UI ${temporalUi}`}`,
    `Hub       ${hubUrl ?? 'https://huggingface.co'}${kind('hub')}`,
    `Tinker    ${tinkerUrl ?? 'the hosted service'}${kind('tinker')}`,
    `A worker polls. Start a run in another terminal: npx headrace start ${fromHere(packagePath('recipes/demo.yaml'))} --wait`,
    'Ctrl-C ends all of them; runs continue when they are started again.',
  ].join('\n');
}

/** Reports each part that ends before `ended` is aborted, and the remedy. */
function reportExits({ parts }: Stack, ended: AbortSignal): void {
  for (const { name, process: part, logPath } of parts.values())
    part.once('exit', (code, signal) => {
      if (ended.aborted) return;
      const remedy =
        name === 'worker'
          ? 'Start another with `npx headrace worker`.'
          : 'Press Ctrl-C and run `npx headrace dev` again; runs continue.';
      say(`The ${name} has ended (${signal ?? `exit code ${code}`}); its log is ${logPath}. ${remedy}`);
    });
}
