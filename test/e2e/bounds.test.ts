import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRecipeFile } from '../../client/recipe/recipe-file.js';
import { workflowIdOf } from '../../core/run/workflow-ids.js';
import { describe, handleOf } from '../../client/runs/find-run.js';
import { pendingActivities } from '../../client/runs/pending-activities.js';
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
