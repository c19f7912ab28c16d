import { setTimeout as sleep } from 'node:timers/promises';
import { createHubAccess } from '../../activities/hub/hub-access.js';
import { openStore } from '../../activities/artifacts/open-store.js';
import type { ResolvedRecipe } from '../../client/recipe/recipe-file.js';
import { handleOf, runState } from '../../client/runs/find-run.js';
import { pendingActivities } from '../../client/runs/pending-activities.js';
import type { PendingActivity } from '../../client/runs/pending-activities.js';
import { sendLocalParts } from '../../client/runs/send-local-parts.js';
import { startRun } from '../../client/runs/start-run.js';
import type { Stage1Result } from '../../core/run/run.js';
import { workflowIdOf } from '../../core/run/workflow-ids.js';
import { taskQueueOf } from '../../worker/connection.js';
import { environmentOf } from './servers.js';
import type { Servers } from './servers.js';
import { until } from './until.js';
import { quietWork } from './work.js';

/**
 * Starts a run on a store in a folder, or in a bucket.
 *
 * @param env - names the store, the servers, and the cache of the client.
 */
export async function startRecipe(
  servers: Servers,
  place: string,
  recipe: ResolvedRecipe,
  env = environmentOf(servers, place),
): Promise<void> {
  const store = await openStore(place, { env });
  const access = { store, hub: createHubAccess({ store, env }), work: quietWork() };
  await startRun(servers.temporal, recipe, {
    taskQueue: taskQueueOf(store.id),
    beforeStart: () => sendLocalParts(access, recipe, () => undefined),
  });
}

const parkedTooLongMs = 30_000;

/**
 * The result of a run that is to end by itself. @throws {Error} what it waits for, where it waits for a
 * decision instead.
 */
export async function resultOf(servers: Servers, name: string): Promise<Stage1Result> {
  const handle = handleOf(servers.temporal, name);
  const watching = new AbortController();
  const untilParked = async (): Promise<never> => {
    for (let sinceMs = Date.now(); ; await sleep(1_000, undefined, { signal: watching.signal })) {
      const waitingFor = (await runState(handle).catch(() => undefined))?.waitingFor ?? [];
      if (waitingFor.length === 0) sinceMs = Date.now();
      else if (Date.now() - sinceMs > parkedTooLongMs)
        throw new Error(`the run ${name} waits for a decision: ${JSON.stringify(waitingFor)}`);
    }
  };
  const parked = untilParked();
  try {
    return await Promise.race([handle.result(), parked]);
  } finally {
    watching.abort();
    // Its last query is answered before the caller continues and closes the connection.
    await parked.catch(() => undefined);
  }
}

/**
 * The first activity under way in a run that satisfies `is`.
 *
 * @throws {Error} where the run ends first.
 */
export async function untilPending(
  servers: Servers,
  name: string,
  is: (activity: PendingActivity) => boolean,
): Promise<PendingActivity> {
  const handle = handleOf(servers.temporal, name);
  return await until(
    async () => {
      const found = (await pendingActivities(servers.temporal, workflowIdOf(name))).find(is);
      const { status } = await handle.describe();
      if (found === undefined && status.name !== 'RUNNING')
        throw new Error(`the run ${name} is ${status.name} before such an activity was met`);
      return found;
    },
    () => `such an activity in the run ${name}`,
  );
}
