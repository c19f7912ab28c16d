import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { planUses } from '../../../activities/artifacts/s3/noted-uses.js';
import { createHubAccess } from '../../../activities/hub/hub-access.js';
import { fetchTokenizer } from '../../../activities/hub/fetch-tokenizer.js';
import {
  importedTokenizer,
  importTokenizer,
} from '../../../activities/tokenise/tokenizer/imported-tokenizer.js';
import { removeGarbage } from '../../../client/cache/collect.js';
import { surveyStore } from '../../../client/cache/survey.js';
import { isOlderThan } from '../../../core/cache-retention.js';
import { temporaryFolder } from '../../support/folder.js';
import { startFixture } from '../../support/hub.js';
import { ageBucket, bucketOf, garbageIn } from '../../support/old-bucket.js';
import { bytesOf, newRef, openTestStore, putFiles } from '../../support/s3-store.js';
import { quietWork } from '../../support/work.js';

/** Objects do not know when they were read: what counts as used in a bucket. */

const { signal } = new AbortController();

void test('a tokenizer that was written long ago and read lately stays; one that nobody reads goes', async (t) => {
  const { s3, store, looking } = await bucketOf(t);
  const model = (id: string): Record<string, string | Uint8Array> => ({
    [`models/${id}/tokenizer.json`]: bytesOf(id, 300_000),
    [`models/${id}/tokenizer_config.json`]: `{"name":"${id}"}`,
  });
  const { hub, dir } = await startFixture(t, { ...model('o/read'), ...model('o/left') });
  const env = { HF_ENDPOINT: hub.url, HF_HOME: join(dir, 'no-home') };
  const first = createHubAccess({ store, env });
  for (const id of ['o/read', 'o/left']) await fetchTokenizer(first, { id }, signal);
  await ageBucket(s3, 60);
  // Another process, days later.
  const later = createHubAccess({ store: (await openTestStore(s3)).store, env });
  await fetchTokenizer(later, { id: 'o/read' }, signal);

  const { repositories } = await surveyStore(looking);
  assert.deepEqual(
    repositories.map((repository) => [repository.id, repository.kind, repository.files.length]),
    [['tokenizers of models', 'model', 4]],
  );
  const garbage = await garbageIn(looking);
  assert.equal(garbage.length, 2, garbage.map(({ path }) => path).join(', '));
  await removeGarbage(looking, garbage);
  hub.resetStats();
  await fetchTokenizer(later, { id: 'o/read' }, signal);
  assert.equal(hub.stats().bytes, 0, 'nothing is downloaded again');

  // What is read between the look and the removal stays, too.
  await ageBucket(s3, 60);
  const all = await garbageIn(looking);
  assert.equal(all.length, 2);
  const third = createHubAccess({ store: (await openTestStore(s3)).store, env });
  await fetchTokenizer(third, { id: 'o/read' }, signal);
  assert.deepEqual(await removeGarbage(looking, all), []);
});

void test('a tokenizer folder that a client has sent stays while runs read it', async (t) => {
  const { s3, store, looking } = await bucketOf(t);
  assert.ok(store.medium.kind === 'objects');
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify({ model: 'x'.repeat(300_000) }));
  const tokenizer = { folder, out: `${s3.place}/runs/r` };
  await importTokenizer(createHubAccess({ store, env: {} }), store.medium.objects, tokenizer, quietWork());
  await ageBucket(s3, 60);
  const worker = (await openTestStore(s3)).store;
  await importedTokenizer(worker, tokenizer);
  assert.deepEqual(await garbageIn(looking), []);
  await ageBucket(s3, 60);
  assert.equal((await garbageIn(looking)).length, 2, 'nobody has read it for 60 days');
});

void test('a plan whose manifest a process keeps is noted again after half a day', async (t) => {
  const { s3, store, looking } = await bucketOf(t);
  const ref = { ...newRef(), kind: 'tokens' } as const;
  await putFiles(store, { 'pieces.json': '[]' }, ref);
  await store.get(ref);
  await ageBucket(s3, 60);
  await store.get(ref);
  assert.equal((await planUses(looking)).filter(({ at }) => isOlderThan(1, at, new Date())).length, 1);
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 13 * 3_600_000 });
  await store.get(ref);
  t.mock.timers.reset();
  assert.equal((await planUses(looking)).filter(({ at }) => isOlderThan(1, at, new Date())).length, 0);
});
