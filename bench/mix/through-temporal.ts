import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '../../activities/artifacts/open-store.js';
import { programPath } from '../../client/command-line/program-path.js';
import { parseRecipe } from '../../client/recipe/recipe-file.js';
import { startRun } from '../../client/runs/start-run.js';
import { connectTemporal } from '../../client/temporal/connect.js';
import { startPart } from '../../dev/stack/part.js';
import { taskQueueOf } from '../../worker/connection.js';
import { measureRunning, type Cost } from '../measure.js';
import { benchSources } from './task.js';

/**
 * The same mix as a whole run: Temporal dev server, worker in a process of its own, workflow from start to
 * end. Server and worker start before the measurement. CPU and memory are those of the worker and its
 * children.
 *
 * @param only - the name of the one source that is mixed. @default all
 */
export async function mixThroughTemporal(corpora: string, dir: string, only?: string): Promise<Cost> {
  const root = join(dir, 'store');
  await mkdir(root, { recursive: true });
  const temporalPart = await startPart({
    name: 'temporal',
    program: programPath,
    args: ['dev', 'temporal', '--state', join(dir, 'temporal')],
    env: { HEADRACE_STORE: root },
    logPath: join(dir, 'temporal.log'),
  });
  const address = temporalPart.ready['address'] ?? '';
  const env = { HEADRACE_STORE: root, TEMPORAL_ADDRESS: address };
  try {
    const worker = await startPart({
      name: 'worker',
      program: programPath,
      args: ['worker'],
      env,
      logPath: join(dir, 'worker.log'),
    });
    const temporal = await connectTemporal(env);
    try {
      const recipe = parseRecipe(
        JSON.stringify({
          name: 'bench',
          seed: 17,
          out: dir,
          sources: benchSources(corpora, only),
          heldout: { fraction: 0.01 },
        }),
        'bench',
      );
      const taskQueue = taskQueueOf((await openStore(root)).id);
      return await measureRunning(worker.process.pid ?? 0, async () => {
        const { handle } = await startRun(temporal, recipe, { taskQueue });
        const { mix } = await handle.result();
        return `${mix.composition.trainLines + mix.composition.heldoutLines} lines`;
      });
    } finally {
      await temporal.close();
      await worker.close();
    }
  } finally {
    await temporalPart.close();
  }
}
