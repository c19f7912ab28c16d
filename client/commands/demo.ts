import { join } from 'node:path';
import { defaultStoreRoot } from '../../activities/artifacts/store.js';
import { untilAborted } from '../../dev/stack/part.js';
import { nothingIfAborted, startStack } from '../../dev/stack/stack.js';
import { openStore } from '../../activities/artifacts/store.js';
import { taskQueueOf } from '../../worker/connection.js';
import { shippedHubRoot, shippedModelDir } from '../../dev/stack/shipped.js';
import { packagePath } from '../../files/package-path.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { readRecipeFile } from '../recipe/recipe-file.js';
import { startRun, uiLink } from '../runs/start-run.js';
import { resultText, waitText } from '../text/result.js';
import { connectTemporal } from '../temporal/connect.js';
import { watchRun } from '../runs/watch-run.js';

export interface DemoOptions {
  /** Keep the servers after the run, until Ctrl-C. */
  readonly keep: boolean;
  readonly set: readonly string[];
}

/**
 * The whole main job on embedded defaults: starts Temporal, a Hub, a Tinker server and a worker, runs
 * `recipes/demo.yaml`, shows what came of it, and leaves nothing running. Never uses keys of the environment.
 */
export async function demo(options: DemoOptions): Promise<ExitCode> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);

  const store = join(defaultStoreRoot(), 'demo');
  say(`Headrace demo. Store: ${store}`);
  const started = Date.now();
  const stack = await startStack({
    store,
    hubRoot: shippedHubRoot,
    modelDir: shippedModelDir,
    say,
    signal: abort.signal,
  }).catch(nothingIfAborted(abort.signal));
  if (stack === undefined) {
    say('\nInterrupted while the servers started; nothing is left running.');
    return exitCodes.interrupted;
  }
  try {
    say(`Temporal ${stack.temporalAddress}, web UI ${stack.temporalUi ?? ''}`);
    say(
      `Local Hub ${stack.hubUrl ?? ''}; local Tinker server ${stack.tinkerUrl ?? ''} (a development server); a worker polls`,
    );
    const temporal = await connectTemporal({
      TEMPORAL_ADDRESS: stack.temporalAddress,
      HEADRACE_TEMPORAL_UI: stack.temporalUi,
    });
    try {
      const recipe = await readRecipeFile(packagePath('recipes/demo.yaml'), {
        cwd: packagePath('.'),
        outFrom: process.cwd(),
        set: options.set,
      });
      const taskQueue = taskQueueOf((await openStore(store)).id);
      const run = await startRun(temporal, recipe, { taskQueue });
      const link = uiLink(temporal, run.handle.workflowId, run.runId);
      say(
        `${run.attached ? 'Attached to the run' : 'Started the run'} ${run.handle.workflowId}: ${link ?? ''}\n`,
      );
      const outcome = await watchRun(temporal, recipe.name, { signal: abort.signal });
      switch (outcome.kind) {
        case 'done':
          process.stdout.write(`\n${await resultText(outcome.result, link)}\n`);
          say(`\nDone in ${Math.round((Date.now() - started) / 1000)} s.`);
          break;
        case 'waits':
          process.stdout.write(`\n${waitText(recipe.name, outcome.waits)}\n`);
          return exitCodes.needsPerson;
        case 'interrupted':
          say('\nInterrupted. The run is kept; the same command goes on from where it stands.');
          return exitCodes.interrupted;
        case 'cancelled':
          say('\nThe run was cancelled.');
          return exitCodes.cancelled;
        case 'failed':
          say(`\nThe run failed: ${outcome.message}`);
          return exitCodes.failed;
      }
      if (options.keep) {
        say('The servers go on until Ctrl-C.');
        await untilAborted(abort.signal);
      } else say('The servers are ended; with --keep they stay, for a look at the Temporal UI.');
      return exitCodes.done;
    } finally {
      await temporal.close();
    }
  } finally {
    await stack.close();
  }
}
