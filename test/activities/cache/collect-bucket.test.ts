import assert from 'node:assert/strict';
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openStore } from '../../../activities/artifacts/open-store.js';
import type { ArtifactStore } from '../../../activities/artifacts/store.js';
import { findGarbage, removeGarbage } from '../../../client/cache/collect.js';
import { surveyStore } from '../../../client/cache/survey.js';
import { verifyStore } from '../../../client/cache/verify.js';
import { mixRecipe } from '../../../client/mix/mix-recipe.js';
import { parseRecipe } from '../../../client/recipe/recipe-file.js';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { writeConversations } from '../../support/conversations.js';
import { temporaryFolder } from '../../support/folder.js';
import { newRef, putFiles } from '../../support/s3-store.js';
import { s3Server, type TestS3 } from '../../support/s3.js';

const dayMs = 86_400_000;

/** Makes everything below a folder as old as that, the times in notes of uses included. */
async function age(folder: string, days: number): Promise<void> {
  const then = new Date(Date.now() - days * dayMs);
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if (!(await stat(path)).isFile()) continue;
    if (name.includes('notes/uses/')) {
      const use = JSON.parse(await readFile(path, 'utf8')) as object;
      await writeFile(path, JSON.stringify({ ...use, at: then.toISOString() }));
    }
    await utimes(path, then, then);
  }
}

interface Mixes {
  readonly s3: TestS3;
  readonly store: ArtifactStore;
  /** Mixes the conversations of `<name>.jsonl`, as a worker does. Returns the SHA-256 of train.jsonl. */
  readonly mix: (name: string, more?: string) => Promise<string | null>;
}

async function mixesOf(t: TestContext): Promise<Mixes> {
  const s3 = await s3Server(t);
  const folder = await temporaryFolder(t);
  const nobody = 'http://127.0.0.1:1';
  const servers = { TEMPORAL_ADDRESS: '127.0.0.1:1', HF_ENDPOINT: nobody, TINKER_BASE_URL: nobody };
  for (const [salt, name] of ['used', 'left'].entries())
    await writeConversations(join(folder, `${name}.jsonl`), 3000, salt);
  const mix: Mixes['mix'] = async (name, more = '') => {
    const recipe = parseRecipe(
      `name: ${name}\nsources:\n  - { name: s, files: ${name}.jsonl${more} }\nheldout: { fraction: 0.1, rows: 5 }\n`,
      'recipe.yaml',
      { cwd: folder, store: s3.place },
    );
    return (await mixRecipe(recipe, { storeRoot: s3.place, env: { ...s3.env, ...servers } })).train.sha256;
  };
  // As `cache gc` opens it: looking at plans is no use of them.
  return { s3, mix, store: await openStore(s3.place, { env: s3.env, marksUse: false }) };
}

void test('gc of a bucket removes what no plan needs that was used lately, and nothing that a run of an old plan would make again', async (t) => {
  const { s3, mix, store } = await mixesOf(t);
  const before = await mix('used', ', repeat: 2, rows: 1000');
  await mix('left');
  assert.ok(store.medium.kind === 'objects');
  const { objects } = store.medium;
  const record: ArtifactRef = { kind: 'record', key: newRef().key };
  await putFiles(store, { 'record.json': '{}' }, record);
  await objects.put(`artifacts/piece/00/${'0'.repeat(64)}/writer/begun`, Buffer.from('begun'));
  await objects.put(`blobs/00/${'0'.repeat(64)}/000000`, Buffer.from('begun'));
  assert.deepEqual((await findGarbage(store, 30, new Date())).garbage, [], 'all is young');

  const all = (await surveyStore(store)).artifacts.length;
  await age(s3.bucketDir, 60);
  // Another process uses the plans of the first mix, and makes nothing.
  const puts = s3.proxy.counts().PutObject?.requests ?? 0;
  assert.equal(await mix('used', ', repeat: 2, rows: 1000'), before);
  assert.ok((s3.proxy.counts().PutObject?.requests ?? 0) > puts, 'uses are noted');

  const { garbage } = await findGarbage(store, 30, new Date());
  const kinds = (what: string): string[] =>
    [
      ...new Set(garbage.filter((item) => item.what === what).map(({ label }) => label.split(' ')[0] ?? '')),
    ].sort();
  assert.deepEqual(kinds('artifact'), [
    'conversion',
    'mix',
    'mix-count',
    'mix-decision',
    'mix-part',
    'mix-plan',
    'piece',
    'resolution',
    'summary',
  ]);
  assert.equal(garbage.filter(({ what }) => what === 'file').length, 1, 'the file of the other mix');
  assert.equal(garbage.filter(({ what }) => what === 'part').length, 1);
  assert.equal(garbage.filter(({ what }) => what === 'orphan').length, 1);
  const removed = await removeGarbage(store, garbage);
  assert.deepEqual(removed, garbage);
  const left = await surveyStore(store);
  const gone = garbage.filter(({ what }) => what === 'artifact').length;
  assert.equal(left.artifacts.length, all - gone);
  assert.ok(
    left.artifacts.some(({ kind }) => kind === 'record'),
    'records of trainings stay',
  );
  assert.deepEqual((await verifyStore(store, () => undefined)).damaged, []);

  const manifests = (): Promise<number> =>
    readdir(join(s3.bucketDir, 'store/artifacts'), { recursive: true }).then(
      (names) => names.filter((name) => name.endsWith('manifest.json')).length,
    );
  const kept = await manifests();
  assert.equal(await mix('used', ', repeat: 2, rows: 1000'), before);
  assert.equal(await manifests(), kept, 'nothing had to be made again');
  await mix('left');
  assert.equal(await manifests(), kept + gone, 'what was removed is made again');
});

void test('garbage of a bucket that a run uses again before it is removed stays', async (t) => {
  const { s3, mix, store } = await mixesOf(t);
  const before = await mix('used');
  await age(s3.bucketDir, 60);
  const { garbage } = await findGarbage(store, 30, new Date());
  assert.equal(garbage.length, 10, garbage.map(({ label }) => label).join(', '));
  assert.equal(await mix('used'), before);
  assert.deepEqual(await removeGarbage(store, garbage), []);
  assert.deepEqual((await verifyStore(store, () => undefined)).damaged, []);
});
