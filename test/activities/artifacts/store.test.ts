import assert from 'node:assert/strict';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeFileAtomic } from '../../../files/write-atomic.js';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { artifactKey } from '../../../activities/artifacts/store.js';
import { HeadraceError } from '../../../core/errors.js';
import { temporaryFolder } from '../../support/folder.js';

const folder = await temporaryFolder();

void test('a store has one id when several processes open it first', async () => {
  const root = join(folder, 'id');
  const stores = await Promise.all(Array.from({ length: 8 }, async () => await openStore(root)));
  assert.match(stores[0]?.id ?? '', /^[0-9a-f]{12}$/);
  assert.equal(new Set(stores.map((store) => store.id)).size, 1);
});

void test('an artifact is there whole or not at all, and scratch is removed', async () => {
  const store = await openStore(join(folder, 'whole'));
  const ref = { kind: 'piece', key: artifactKey('piece', 1, { x: 1 }) } as const;
  await assert.rejects(
    store.put(ref, async (dir) => {
      await writeFile(join(dir, 'a.txt'), 'half');
      throw new Error('killed');
    }),
    /killed/,
  );
  assert.equal(await store.find(ref), undefined);
  assert.deepEqual(await readdir(join(store.place, 'tmp')), []);
  const artifact = await store.put(ref, async (dir) => {
    await writeFile(join(dir, 'a.txt'), 'whole');
    return { rows: 3 };
  });
  assert.equal(await readFile(await store.placeOf(artifact, 'a.txt'), 'utf8'), 'whole');
  assert.deepEqual((await store.get(ref)).meta, { rows: 3 });
});

void test('two writers of one key do no harm: the first stays', async () => {
  const store = await openStore(join(folder, 'two'));
  const ref = { kind: 'piece', key: artifactKey('piece', 1, { x: 2 }) } as const;
  const put = async (text: string): Promise<string> => {
    const artifact = await store.put(ref, async (dir) => {
      await writeFile(join(dir, 'a.txt'), text);
    });
    return await readFile(await store.placeOf(artifact, 'a.txt'), 'utf8');
  };
  const seen = await Promise.all([put('same'), put('same'), put('same')]);
  assert.deepEqual(seen, ['same', 'same', 'same']);
});

void test('a damaged artifact counts as missing and is made again', async () => {
  const store = await openStore(join(folder, 'damaged'));
  const ref = { kind: 'piece', key: artifactKey('piece', 1, { x: 3 }) } as const;
  const write = async (dir: string): Promise<void> => await writeFile(join(dir, 'a.txt'), 'whole');
  await truncate(await store.placeOf(await store.put(ref, write), 'a.txt'), 2);
  assert.equal(await store.find(ref), undefined);
  await assert.rejects(
    store.get(ref),
    (error: unknown) => error instanceof HeadraceError && error.type === 'ArtifactMissingError',
  );
  assert.equal(await store.text(await store.put(ref, write), 'a.txt'), 'whole');
});

void test('keys depend on every input and on nothing else', () => {
  assert.equal(
    artifactKey('piece', 1, { a: 1, b: 2 }),
    artifactKey('piece', 1, { b: 2, a: 1, c: undefined }),
  );
  assert.notEqual(artifactKey('piece', 1, { a: 1 }), artifactKey('piece', 2, { a: 1 }));
  assert.notEqual(artifactKey('piece', 1, { a: 1 }), artifactKey('mix', 1, { a: 1 }));
});

void test('a file is replaced whole', async () => {
  const path = join(folder, 'replaced', 'x.json');
  await writeFileAtomic(path, 'one');
  await writeFileAtomic(path, 'two');
  assert.equal(await readFile(path, 'utf8'), 'two');
  assert.deepEqual(await readdir(join(folder, 'replaced')), ['x.json']);
});
