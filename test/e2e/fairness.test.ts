import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { pendingActivities } from '../../client/runs/pending-activities.js';
import { workflowIdOf } from '../../core/run/workflow-ids.js';
import { activitiesOf } from '../support/activities-of.js';
import type { DoneActivity } from '../support/activities-of.js';
import { writeConversations } from '../support/conversations.js';
import { clearFaults, postFaults } from '../support/faults.js';
import { recipeFrom } from '../support/recipes.js';
import { resultOf, startRecipe } from '../support/runs.js';
import { startWorker, useServers } from '../support/servers.js';
import { until } from '../support/until.js';

/** Runs that share workers, on a server with fairness. */

const batchesOf = { alone: 10, large: 100, first: 10, second: 10 } as const;
type Name = keyof typeof batchesOf;
const together = ['large', 'first', 'second'] as const;
const rows = 20;

const servers = useServers({
  hubRoot: async (folder) => {
    for (const [index, [name, files]] of Object.entries(batchesOf).entries())
      for (let file = 0; file < files; file += 1)
        await writeConversations(
          join(folder, `hub/datasets/owner/${name}/data/part-${String(file).padStart(3, '0')}.jsonl`),
          rows,
          index * 1000 + file,
        );
    return join(folder, 'hub');
  },
});

async function start(store: string, name: Name): Promise<void> {
  const yaml = `name: ${name}\nsources:\n  - { name: s, dataset: owner/${name} }\n`;
  await startRecipe(servers(), store, recipeFrom(yaml, servers().folder));
  await until(
    async () => {
      const pending = await pendingActivities(servers().temporal, workflowIdOf(name));
      return pending.some(({ type }) => type === 'downloadFiles') || undefined;
    },
    () => `the downloads of ${name} to be scheduled`,
  );
}

/** The batches of a run, in the order in which they began. */
async function batchesIn(name: Name): Promise<DoneActivity[]> {
  const batches = (await activitiesOf(servers(), name)).filter(({ type }) => type === 'downloadFiles');
  assert.equal(batches.length, batchesOf[name], `the batches of ${name}`);
  return batches;
}

/** From the first batch that is scheduled to the end of the last. */
function spanOf(batches: readonly DoneActivity[]): { readonly fromMs: number; readonly toMs: number } {
  const fromMs = Math.min(...batches.map(({ scheduledAtMs }) => scheduledAtMs));
  return { fromMs, toMs: Math.max(...batches.map(({ endedAtMs }) => endedAtMs)) };
}

function millisecondsOf({ fromMs, toMs }: ReturnType<typeof spanOf>): number {
  return toMs - fromMs;
}

async function startWorkers(t: TestContext, store: string): Promise<void> {
  for (const number of [1, 2]) {
    const log = join(store, `worker-${number}.log`);
    const worker = await startWorker(servers(), store, { HEADRACE_SLOTS: 'io=1' }, log);
    t.after(() => worker.close());
  }
}

void test('a small run beside one of ten times its batches gets its share of the workers', async (t) => {
  const store = join(servers().folder, 'store');
  await startWorkers(t, store);
  await start(store, 'alone');
  await resultOf(servers(), 'alone');
  const aloneMs = millisecondsOf(spanOf(await batchesIn('alone')));
  // At this rate the large run is still at its first batches when those of the small ones are scheduled.
  await postFaults(servers().hubUrl(), { kind: 'rate', path: 'large', bytesPerSecond: 2_000 });
  for (const name of together) await start(store, name);
  await clearFaults(servers().hubUrl());
  for (const name of together)
    assert.equal((await resultOf(servers(), name)).mix.train.lines, rows * batchesOf[name]);
  const batches = await Promise.all(
    together.map(async (name) => (await batchesIn(name)).map((batch) => ({ ...batch, name }))),
  );
  const inOrder = batches.flat().toSorted((one, other) => one.startedAtMs - other.startedAtMs);
  t.diagnostic(`the runs of the batches, in order: ${inOrder.map(({ name }) => name.charAt(0)).join('')}`);
  for (const name of ['first', 'second'] as const) {
    const own = inOrder.filter((batch) => batch.name === name);
    const span = spanOf(own);
    const meanwhile = inOrder.filter(
      ({ startedAtMs }) => startedAtMs >= span.fromMs && startedAtMs <= span.toMs,
    );
    const ofLarge = meanwhile.filter((batch) => batch.name === 'large');
    // Each of three runs has a share of a third. Counted in batches, which a busy machine does not change.
    const shares = meanwhile.length / own.length / together.length;
    t.diagnostic(
      `${name}: ${ofLarge.length} of ${batchesOf.large} batches of the large run began while its ${own.length} were done; ` +
        `${shares.toFixed(2)} × its fair share; ${(millisecondsOf(span) / aloneMs).toFixed(1)} × its time alone`,
    );
    assert.ok(shares <= 1.5, `${name} waited for ${meanwhile.length - own.length} batches of others`);
  }
});
