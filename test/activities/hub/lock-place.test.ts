import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../../activities/artifacts/open-store.js';
import {
  lockInStore,
  lockOfNextRun,
  lockPlace,
  sendLock,
} from '../../../activities/hub/resolve/lock-place.js';
import { lockText, type LockedSource } from '../../../activities/hub/resolve/recipe-lock.js';
import { temporaryFolder } from '../../support/folder.js';
import { s3Server } from '../../support/s3.js';

const { signal } = new AbortController();

const entry = (commit: string): LockedSource => ({
  asked: { dataset: 'o/n', revision: null, config: null, split: null, data_files: null },
  dataset: 'o/n',
  commit: commit.repeat(40),
  config: 'default',
  split: 'train',
  files: [{ path: 'train.jsonl', sizeBytes: 1, sha256: 'b'.repeat(64) }],
  emptyFiles: [],
});

void test('sources that several machines enter at once are all in the lock', async (context) => {
  const s3 = await s3Server(context);
  const dir = await temporaryFolder(context);
  const out = `${s3.place}/runs/r`;
  const machines = await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      openStore(s3.place, {
        env: { ...s3.env, HEADRACE_CACHE: join(dir, name) },
        onWarning: () => undefined,
      }),
    ),
  );
  const names = Array.from({ length: 12 }, (_, index) => `source-${index}`);
  await Promise.all(
    names.map(async (name, index) => {
      const store = machines[index % machines.length];
      assert.ok(store !== undefined);
      await lockPlace(store, out).enter(name, entry('a'), signal);
    }),
  );
  const [store] = machines;
  assert.ok(store !== undefined);
  const { sources } = await lockInStore(store, out);
  assert.deepEqual(Object.keys(sources).sort(), [...names].sort());
  assert.deepEqual(await lockPlace(store, out).read('source-3'), entry('a'));
  assert.equal(await lockPlace(store, `${out}-other`).read('source-3'), undefined);
});

void test('a lock that lies on the machine that starts a run pins its sources, and unpins what it lacks', async (context) => {
  const s3 = await s3Server(context);
  const folder = await temporaryFolder(context);
  const store = await openStore(s3.place, { env: s3.env, onWarning: () => undefined });
  const out = `${s3.place}/runs/r`;
  const place = lockPlace(store, out);
  const sources = ['a', 'b'];
  await place.enter('a', entry('1'), signal);
  await place.enter('b', entry('1'), signal);

  await sendLock(store, { out, folder, sources });
  assert.deepEqual(await place.read('a'), entry('1'), 'a folder without a lock changes nothing');

  const text = lockText({ version: 1, sources: { a: entry('2') } });
  await writeFile(join(folder, 'recipe.lock.json'), text);
  assert.deepEqual(await lockOfNextRun(store, { out, folder }).read('a'), entry('2'));
  await sendLock(store, { out, folder, sources });
  assert.deepEqual(await place.read('a'), entry('2'));
  assert.equal(await place.read('b'), undefined);
  assert.equal(lockText(await lockInStore(store, out)), text);

  // A run has moved to another commit since, with --update-lock. The folder has the lock of before.
  await place.enter('a', entry('3'), signal);
  await sendLock(store, { out, folder, sources });
  assert.deepEqual(await place.read('a'), entry('3'));
  assert.deepEqual(await lockOfNextRun(store, { out, folder }).read('a'), entry('3'));
  await writeFile(join(folder, 'recipe.lock.json'), lockText({ version: 1, sources: { a: entry('4') } }));
  await sendLock(store, { out, folder, sources });
  assert.deepEqual(await place.read('a'), entry('4'));
});

void test('a lock that cannot be read is an error, and never an empty lock', async (context) => {
  const s3 = await s3Server(context);
  const folder = await temporaryFolder(context);
  const store = await openStore(s3.place, { env: s3.env, onWarning: () => undefined });
  await writeFile(join(folder, 'recipe.lock.json'), '{');
  await assert.rejects(sendLock(store, { out: folder, folder, sources: ['a'] }), { type: 'RecipeError' });
});
