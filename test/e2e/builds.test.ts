import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openStore } from '../../activities/artifacts/open-store.js';
import { describe } from '../../client/runs/find-run.js';
import { sendUpdate } from '../../client/runs/send-update.js';
import { queueOfRole, roleNamed, roles } from '../../core/run/roles.js';
import { taskQueueOf } from '../../worker/connection.js';
import { activitiesOf } from '../support/activities-of.js';
import { writeConversations } from '../support/conversations.js';
import { clearFaults, postFaults } from '../support/faults.js';
import { pollersOf } from '../support/pollers.js';
import { recipeFrom } from '../support/recipes.js';
import { resultOf, startRecipe, untilPending } from '../support/runs.js';
import { startWorker, useServers } from '../support/servers.js';
import { until } from '../support/until.js';

/** Two builds of the workers side by side: runs are pinned to the one that began them. */

const names = ['older', 'newer'] as const;
const rows = 40;
const servers = useServers({
  hubRoot: async (folder) => {
    for (const [salt, name] of names.entries())
      await writeConversations(join(folder, `hub/datasets/owner/${name}/data/chats.jsonl`), rows, salt);
    return join(folder, 'hub');
  },
});

const yaml = (name: string): string => `name: ${name}
sources:
  - { name: s, dataset: owner/${name} }
train:
  base_model: headrace/tiny-qwen3
  label: ${name}
  lora: { rank: 4, seed: 2 }
  batch_size: 4
  max_tokens: 64
  learning_rate: 2.0e-3
  max_steps: 6
  checkpoint_every: 2
  prompts: [Hello.]
`;

const deploymentName = 'headrace';

/** A build whose workers poll for all roles. */
interface Build {
  readonly buildId: string;
  /** Names of its workers, as histories have them. */
  readonly workers: ReadonlySet<string>;
}

/** Starts the workers of a build, by their roles, and makes it current when Temporal has all queues. */
async function begin(
  t: TestContext,
  store: string,
  buildId: string,
  split: readonly string[],
): Promise<Build> {
  const { temporal } = servers();
  const { namespace } = temporal.target;
  const { workflowService } = temporal.connection;
  for (const served of split) {
    const env = {
      HEADRACE_ROLES: served,
      TEMPORAL_DEPLOYMENT_NAME: deploymentName,
      TEMPORAL_WORKER_BUILD_ID: buildId,
    };
    const worker = await startWorker(servers(), store, env, join(store, `${buildId}-${served}.log`));
    t.after(() => worker.close());
  }
  const taskQueue = taskQueueOf((await openStore(store)).id);
  const queues = roles.map((role) => queueOfRole(taskQueue, role));
  const deploymentVersion = { deploymentName, buildId };
  await until(
    async () => {
      const { workerDeploymentVersionInfo: info } = await workflowService
        .describeWorkerDeploymentVersion({ namespace, deploymentVersion })
        .catch(() => ({ workerDeploymentVersionInfo: null }));
      const polled = new Set((info?.taskQueueInfos ?? []).map(({ name }) => name));
      return queues.every((queue) => polled.has(queue)) || undefined;
    },
    () => `the queues of every role in the build ${buildId}`,
  );
  await until(
    () =>
      workflowService.setWorkerDeploymentCurrentVersion({ namespace, deploymentName, buildId }).then(
        () => true,
        () => undefined,
      ),
    () => `the server to take the build ${buildId}`,
  );
  const pollers = (await Promise.all(roles.map((role) => pollersOf(servers(), store, role)))).flat();
  const own = pollers.filter((poller) => poller.buildId === buildId);
  const workers = new Set(own.map(({ worker }) => worker));
  assert.equal(workers.size, split.length);
  return { buildId, workers };
}

void test('a run ends on the build that began it with every activity of every role, beside a run of the next build', async (t) => {
  const { folder, temporal } = servers();
  const store = join(folder, 'store');
  const one = await begin(t, store, 'one', ['main,io,cpu,train']);
  await postFaults(servers().hubUrl(), { kind: 'rate', path: 'older', bytesPerSecond: 200 });
  await startRecipe(servers(), store, recipeFrom(yaml('older'), folder));
  await untilPending(servers(), 'older', ({ type, started }) => type === 'downloadFiles' && started);
  await sendUpdate(temporal, 'older', 'pause');
  await clearFaults(servers().hubUrl());
  const two = await begin(t, store, 'two', ['main,io', 'cpu,train']);
  const switchedAtMs = Date.now();
  await startRecipe(servers(), store, recipeFrom(yaml('newer'), folder));
  await sendUpdate(temporal, 'older', 'resume');
  for (const [name, { buildId, workers }] of [
    ['older', one],
    ['newer', two],
  ] as const) {
    assert.equal((await resultOf(servers(), name)).mix.train.lines, rows);
    const info = (await describe(temporal, name))?.raw.workflowExecutionInfo?.versioningInfo;
    assert.equal(info?.deploymentVersion?.buildId, buildId);
    const done = await activitiesOf(servers(), name);
    for (const { type, worker, taskQueue } of done)
      assert.ok(workers.has(worker), `${type} of ${name} was done by ${worker} on ${taskQueue}`);
    const afterwards = done.filter(({ scheduledAtMs }) => scheduledAtMs > switchedAtMs);
    const counts = roles.map((role) => ({
      role,
      count: afterwards.filter(({ type }) => roleNamed(type) === role).length,
    }));
    const ofOneProcess = afterwards.filter(({ taskQueue }) => taskQueue.includes('-train-')).length;
    t.diagnostic(
      `activities of ${name} after the switch, on build ${buildId}: ` +
        `${counts.map(({ role, count }) => `${role} ${count}`).join(', ')}; ` +
        `${ofOneProcess} of them on the queue of one process`,
    );
    // What the older run asks at its beginning was asked before the switch.
    const hasWork = counts.filter(({ role }) => role !== 'main' || name === 'newer');
    for (const { role, count } of hasWork) assert.ok(count > 0, `${name} had work for ${role}`);
    assert.ok(ofOneProcess > 0, 'a segment followed the live client of its predecessor');
  }
});
