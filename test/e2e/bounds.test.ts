import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../activities/artifacts/open-store.js';
import { readRecipeFile } from '../../client/recipe/recipe-file.js';
import { queueOfRole, roles } from '../../core/run/roles.js';
import { workflowIdOf } from '../../core/run/workflow-ids.js';
import { describe, handleOf, runState } from '../../client/runs/find-run.js';
import { pendingActivities } from '../../client/runs/pending-activities.js';
import { sendUpdate } from '../../client/runs/send-update.js';
import { taskQueueOf } from '../../worker/connection.js';
import { slotsFor } from '../../worker/slots.js';
import { environmentOf, startWorker, useServers } from '../support/servers.js';
import { headrace } from '../support/command.js';
import { recipeFrom, writeRecipe } from '../support/recipes.js';
import { resultOf, startRecipe } from '../support/runs.js';
import { writeConversations } from '../support/conversations.js';
import { assertBoundedHistory } from '../support/history.js';
import { postFaults, clearFaults } from '../support/faults.js';
import { until } from '../support/until.js';

const slowSources = ['slow-1', 'slow-2', 'slow-3', 'slow-4'];
const servers = useServers({
  hubRoot: async (folder) => {
    for (const [index, name] of slowSources.entries())
      for (let file = 0; file < 3; file += 1)
        await writeConversations(
          join(folder, `hub/datasets/owner/${name}/data/train-0000${file}-of-00003.jsonl`),
          2_000,
          index * 3 + file,
        );
    return join(folder, 'hub');
  },
});
const files = 2_000;

void test('a recipe of 2,000 files keeps histories under 10,000 events and payloads under 64 KiB', async () => {
  const folder = join(servers().folder, 'many');
  await mkdir(join(folder, 'data'), { recursive: true });
  for (let file = 0; file < files; file += 1) {
    const messages = [
      { role: 'user', content: `What is in file ${file}?` },
      { role: 'assistant', content: `The number ${file}, and nothing else that anyone would look for.` },
    ];
    const name = `a-rather-long-name-as-exported-corpora-have-them-part-${String(file).padStart(5, '0')}.jsonl`;
    await writeFile(join(folder, 'data', name), `${JSON.stringify({ messages })}\n`);
  }
  const recipe = await writeRecipe(folder, 'name: many\nsources:\n  - { name: s, files: "data/*.jsonl" }\n');
  const store = join(folder, 'store');
  const worker = await startWorker(servers(), store);
  try {
    await startRecipe(servers(), store, await readRecipeFile(recipe, { cwd: folder }));
    const result = await resultOf(servers(), 'many');
    assert.equal(result.mix.train.lines, files);
    for (const id of [workflowIdOf('many'), `${workflowIdOf('many')}/source/s`])
      await assertBoundedHistory(servers().temporal.client, id);
  } finally {
    await worker.close();
  }
});

void test('a recipe that lists more files than a history takes is refused, and the error proposes a glob', async () => {
  const folder = join(servers().folder, 'listed');
  const list = Array.from({ length: files }, (_, file) => `data/part-${file}.jsonl`);
  const recipe = await writeRecipe(
    folder,
    `name: listed\nsources:\n  - { name: s, files: ${JSON.stringify(list)} }\n`,
  );
  const { code, stderr } = await headrace(
    ['start', recipe],
    environmentOf(servers(), join(folder, 'store')),
    folder,
  );
  assert.equal(code, 2, stderr);
  assert.match(stderr, /RecipeError/);
  assert.match(stderr, /Write a glob in place of a long list of files/);
});

void test('a small run that starts beside a large one is done before it, on the same worker', async () => {
  const { folder } = servers();
  const store = join(folder, 'shared');
  await writeConversations(join(folder, 'small.jsonl'), 200, 77);
  const statusOf = async (name: string): Promise<string | undefined> =>
    (await describe(servers().temporal, name))?.status.name;
  const sources = slowSources.map((name) => `  - { name: ${name}, dataset: owner/${name} }`).join('\n');
  await postFaults(servers().hubUrl(), { kind: 'rate', path: 'slow-', bytesPerSecond: 200 });
  const worker = await startWorker(servers(), store);
  try {
    await startRecipe(servers(), store, recipeFrom(`name: large\nsources:\n${sources}\n`, folder));
    const downloads = async (): Promise<number> =>
      (await pendingActivities(servers().temporal, workflowIdOf('large'))).filter(
        ({ type, started }) => type === 'downloadFiles' && started,
      ).length;
    await until(
      async () => (await downloads()) === slotsFor(1).io || undefined,
      () => 'the large run to have every slot for downloads',
    );
    const small = recipeFrom('name: small\nsources:\n  - { name: s, files: small.jsonl }\n', folder);
    await startRecipe(servers(), store, small);
    // The large run takes hours at this rate: a small run that waited for it would not end.
    await until(
      async () => (await statusOf('small')) === 'COMPLETED' || undefined,
      () => 'the small run to end beside the large one',
    );
    assert.equal((await resultOf(servers(), 'small')).mix.train.lines, 200);
    assert.equal(await statusOf('large'), 'RUNNING');
    await handleOf(servers().temporal, 'large').cancel();
    await assert.rejects(resultOf(servers(), 'large'));
  } finally {
    await clearFaults(servers().hubUrl());
    await worker.close();
  }
});

void test('a versioned run stays with the build that began it, and the next one is begun by the current build', async () => {
  const { folder, temporal } = servers();
  const store = join(folder, 'versioned');
  const deploymentName = 'headrace-versioned';
  const { id: storeId } = await openStore(store);
  await writeConversations(join(folder, 'versioned.jsonl'), 100, 3);
  const recipe = (name: string): Parameters<typeof startRecipe>[2] =>
    recipeFrom(`name: ${name}\nreview: true\nsources:\n  - { name: s, files: versioned.jsonl }\n`, folder);
  const buildOf = async (name: string): Promise<string | null | undefined> =>
    (await describe(temporal, name))?.raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId;
  const untilReview = (name: string): Promise<true> =>
    until(
      async () => {
        const state = await runState(handleOf(temporal, name)).catch(() => undefined);
        return state?.waitingFor.some(({ kind }) => kind === 'review') === true || undefined;
      },
      () => `the review of ${name}`,
    );
  const queues = roles.map((role) => queueOfRole(taskQueueOf(storeId), role));
  /** Activities on a queue that is not in the version of their run would run on any build. */
  const untilPolled = (buildId: string): Promise<true> =>
    until(
      async () => {
        const { workerDeploymentVersionInfo: info } = await temporal.connection.workflowService
          .describeWorkerDeploymentVersion({
            namespace: temporal.target.namespace,
            deploymentVersion: { deploymentName, buildId },
          })
          .catch(() => ({ workerDeploymentVersionInfo: null }));
        const names = (info?.taskQueueInfos ?? []).map(({ name }) => name);
        return queues.every((queue) => names.includes(queue)) || undefined;
      },
      () => `the queues of every role in the build ${buildId}`,
    );
  const begin = async (buildId: string): ReturnType<typeof startWorker> => {
    const worker = await startWorker(servers(), store, {
      TEMPORAL_DEPLOYMENT_NAME: deploymentName,
      TEMPORAL_WORKER_BUILD_ID: buildId,
    });
    await untilPolled(buildId);
    return await until(
      () =>
        temporal.connection.workflowService
          .setWorkerDeploymentCurrentVersion({
            namespace: temporal.target.namespace,
            deploymentName,
            buildId,
          })
          .then(
            () => worker,
            () => undefined,
          ),
      () => `the server to take the build ${buildId}`,
    );
  };
  const one = await begin('one');
  try {
    await startRecipe(servers(), store, recipe('older'));
    await untilReview('older');
    const two = await begin('two');
    try {
      await startRecipe(servers(), store, recipe('newer'));
      await untilReview('newer');
      for (const name of ['older', 'newer']) await sendUpdate(temporal, name, 'approve', { note: '' });
      for (const name of ['older', 'newer'])
        assert.equal((await resultOf(servers(), name)).mix.train.lines, 100);
      assert.deepEqual([await buildOf('older'), await buildOf('newer')], ['one', 'two']);
    } finally {
      await two.close();
    }
  } finally {
    await one.close();
  }
});
