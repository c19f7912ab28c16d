import { join } from 'node:path';
import type { Command } from 'commander';
import { openStore } from '../../activities/artifacts/open-store.js';
import { workplacePlace } from '../../activities/artifacts/workplace-place.js';
import { createHubAccess } from '../../activities/hub/hub-access.js';
import { startStack } from '../../dev/stack/stack.js';
import type { Stack } from '../../dev/stack/stack.js';
import { packagePath } from '../../files/package-path.js';
import { taskQueueOf } from '../../worker/connection.js';
import { action } from '../command-line/action.js';
import { setOption } from '../command-line/arguments.js';
import { exampleText } from '../command-line/examples.js';
import { programPath } from '../command-line/program-path.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { interruptible, untilAborted } from '../process/interrupt.js';
import { unattendedWork } from '../local-work.js';
import { readRecipeFile } from '../recipe/recipe-file.js';
import { showOutcome } from '../runs/show-outcome.js';
import { sendLocalParts } from '../runs/send-local-parts.js';
import { startRun } from '../runs/start-run.js';
import { watchRun } from '../runs/watch-run.js';
import { connectTemporal } from '../temporal/connect.js';
import { uiLink } from '../temporal/ui-link.js';
import { say } from '../text/output.js';
import { partEventText } from '../text/stack.js';

interface DemoOptions {
  readonly keep?: boolean;
  readonly s3?: boolean;
  readonly set: readonly string[];
}

export function register(program: Command): void {
  program
    .command('demo')
    .description(
      'a whole run on its own local servers: from corpora to a trained LoRA in under three minutes',
    )
    .option('--s3', 'with the store on a local S3 server, and two workers with a cache of their own')
    .option('--keep', 'keep the servers running afterwards, until Ctrl-C')
    .addOption(setOption())
    .addHelpText(
      'after',
      exampleText(['demo'], ['demo --keep', 'leaves the servers running, to open the Temporal UI']),
    )
    .action(action(demo));
}

/**
 * Starts Temporal, a Hub, a Tinker server and a worker, runs `recipes/demo.yaml`, shows its results and shuts
 * them down. Ignores the servers and keys of the environment.
 */
async function demo(options: DemoOptions): Promise<ExitCode> {
  return await interruptible(
    async (signal) => {
      const folder = join(workplacePlace(), 'demo');
      say(`Headrace demo. ${options.s3 === true ? 'State' : 'Store'}: ${folder}`);
      const startedMs = Date.now();
      const stack = await startStack({
        program: programPath,
        store: folder,
        workplace: folder,
        given: {},
        s3: options.s3 === true,
        log: say,
        onEvent: (event) => say(partEventText(event)),
        signal,
      });
      if (stack === undefined) {
        say('\nInterrupted while the servers started; nothing is left running.');
        return exitCodes.interrupted;
      }
      try {
        const ended = AbortSignal.any([signal, stack.failed]);
        const exitCode = await runDemo(stack, folder, options.set, ended);
        if (exitCode !== exitCodes.done) return exitCode;
        say(`\nDone in ${Math.round((Date.now() - startedMs) / 1000)} s.`);
        if (options.keep === true) {
          say('The servers run until Ctrl-C.');
          await untilAborted(ended);
          stack.failed.throwIfAborted();
        } else say('The servers are shut down; --keep leaves them running, to open the Temporal UI.');
        return exitCode;
      } finally {
        await stack.close();
      }
    },
    ['SIGINT', 'SIGTERM'],
  );
}

async function runDemo(
  stack: Stack,
  folder: string,
  set: readonly string[],
  signal: AbortSignal,
): Promise<ExitCode> {
  const { started, temporalAddress, temporalUi, hubUrl, tinkerUrl, storeVariables } = stack;
  say(`Temporal ${temporalAddress}, web UI ${temporalUi ?? ''}`);
  say(
    `Local Hub ${hubUrl ?? ''}; local Tinker server ${tinkerUrl ?? ''} (a development server); ${started.has('second worker') ? 'two workers poll' : 'a worker polls'}`,
  );
  const place = storeVariables['HEADRACE_STORE'] ?? folder;
  const temporal = await connectTemporal({
    TEMPORAL_ADDRESS: temporalAddress,
    HEADRACE_TEMPORAL_UI: temporalUi,
  });
  try {
    const recipe = await readRecipeFile(packagePath('recipes/demo.yaml'), {
      cwd: packagePath('.'),
      outFrom: process.cwd(),
      set,
      store: place,
    });
    const env = { ...process.env, HEADRACE_STORE: place, ...storeVariables };
    const store = await openStore(place, { env });
    const local = { store, hub: createHubAccess({ store, env }), work: unattendedWork() };
    const { handle, runId, attached } = await startRun(temporal, recipe, {
      taskQueue: taskQueueOf(store.id),
      beforeStart: () => sendLocalParts(local, recipe, say),
    });
    const link = uiLink(temporal, { workflowId: handle.workflowId, runId });
    say(`${attached ? 'Attached to the run' : 'Started the run'} ${handle.workflowId}: ${link ?? ''}\n`);
    const outcome = await watchRun(temporal, recipe.name, { signal });
    stack.failed.throwIfAborted();
    say('');
    return await showOutcome(recipe.name, outcome, {
      uiLink: link,
      env,
      afterInterrupt: 'Interrupted. The run is kept; the same command continues it.',
    });
  } finally {
    await temporal.close();
  }
}
