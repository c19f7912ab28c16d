import { defaultStoreRoot } from '../../activities/artifacts/store.js';
import { untilAborted, supervisor } from '../../dev/stack/part.js';
import { nothingIfAborted, startStack } from '../../dev/stack/stack.js';
import { readDevServers, removeDevServers, writeDevServers } from '../../worker/dev-servers.js';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import { shippedHubRoot, shippedModelDir } from '../../dev/stack/shipped.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';

/** Variables that `headrace dev` hands on to its worker; a server that they name is not started here. */
const handedOn = /^(HF_|HUGGING|TINKER_|TEMPORAL_)/;

/** `headrace dev`: what the environment does not name is started here, with a worker, until Ctrl-C. */
export async function devStack(): Promise<ExitCode> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const store = defaultStoreRoot();
  const running = await readDevServers(store);
  if (running !== undefined)
    throw new HeadraceError(
      'UsageError',
      `\`headrace dev\` runs already on the store ${store} (process ${running.pid})`,
      {
        remedy: 'Use that one, or give this one another store with HEADRACE_STORE.',
      },
    );
  const given = Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => handedOn.test(entry[0]) && (entry[1] ?? '') !== '',
    ),
  );
  const boss = supervisor();
  const stack = await startStack({
    store,
    hubRoot: shippedHubRoot,
    modelDir: shippedModelDir,
    say,
    given,
    signal: boss.signal,
  }).catch(nothingIfAborted(boss.signal));
  if (stack === undefined) {
    say('Interrupted while the servers started; nothing is left running.');
    return exitCodes.interrupted;
  }
  try {
    await writeDevServers(store, {
      pid: process.pid,
      temporalAddress: stack.temporalAddress,
      ...defined({ temporalUi: stack.temporalUi }),
      ...(stack.parts.has('hub') && stack.hubUrl !== undefined ? { hub: stack.hubUrl } : {}),
      ...(stack.parts.has('tinker') && stack.tinkerUrl !== undefined ? { tinker: stack.tinkerUrl } : {}),
    });
    const own = (name: 'hub' | 'tinker'): string =>
      stack.parts.has(name) ? ' (local, for development)' : '';
    say(`Store     ${store}`);
    say(
      `Temporal  ${stack.temporalAddress}${stack.temporalUi === undefined ? '' : `, web UI ${stack.temporalUi}`}`,
    );
    say(`Hub       ${stack.hubUrl ?? 'https://huggingface.co'}${own('hub')}`);
    say(`Tinker    ${stack.tinkerUrl ?? 'the hosted service'}${own('tinker')}`);
    say('A worker polls. Start a run in another terminal: npx headrace start recipes/demo.yaml --wait');
    say('Ctrl-C ends all of them; runs go on when they are started again.');
    for (const { name, process: part, logPath } of stack.parts.values())
      part.once('exit', (code, signal) => {
        if (boss.signal.aborted) return;
        const way =
          name === 'worker'
            ? 'Start another with `npx headrace worker`.'
            : 'End this with Ctrl-C and start it again; runs go on.';
        say(`The ${name} ended by itself (${signal ?? `exit code ${code}`}); its log is ${logPath}. ${way}`);
      });
    boss.ready({ temporal: stack.temporalAddress });
    // Where every part has ended nothing else keeps this process.
    const stay = setInterval(() => undefined, 60_000);
    await untilAborted(boss.signal);
    clearInterval(stay);
    say('Ending …');
    return exitCodes.done;
  } finally {
    await removeDevServers(store);
    await stack.close();
  }
}
