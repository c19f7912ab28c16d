import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Artifact } from '../../../../activities/artifacts/store.js';
import { HeadraceError } from '../../../../core/errors.js';
import { s3Server } from '../../../support/s3.js';
import { bytesOf, openTestStore, putFiles } from '../../../support/s3-store.js';

const size = 9_000_000;

/** Bytes that a folder takes on the disk; a file with several names counts once. */
function diskBytes(folder: string): number {
  return Number(execFileSync('du', ['-s', '--block-size=1', folder], { encoding: 'utf8' }).split('\t')[0]);
}

void test('what was brought once is not fetched again, by another process of the machine either', async (t) => {
  const s3 = await s3Server(t);
  const [one, two] = [(await openTestStore(s3)).store, (await openTestStore(s3)).store];
  const artifact = await putFiles(one, { 'a.bin': bytesOf('a', size) });
  const bring = async (store: typeof one): Promise<void> =>
    await store.bring([{ artifact, file: 'a.bin' }], async ([path = '']) => {
      assert.ok((await readFile(path)).equals(bytesOf('a', size)));
    });
  s3.proxy.resetCounts();
  await Promise.all([bring(one), bring(one), bring(one)]);
  assert.equal(s3.proxy.counts().GetObject?.requests, 2);
  await bring(two);
  assert.equal(s3.proxy.counts().GetObject?.requests, 2);
});

void test('two processes that fill one file together both have its bytes', async (t) => {
  const s3 = await s3Server(t);
  const stores = [(await openTestStore(s3)).store, (await openTestStore(s3)).store];
  const [first] = stores;
  assert.ok(first !== undefined);
  const artifact = await putFiles(first, { 'a.bin': bytesOf('a', 3 * size) });
  // Wrong bytes of one of them do not reach the other.
  s3.proxy.fault({ kind: 'corrupt', offset: 1_000, operation: 'GetObject', times: 2 });
  await Promise.all(
    stores.map((store) =>
      store.bring([{ artifact, file: 'a.bin' }], async ([path = '']) => {
        assert.ok((await readFile(path)).equals(bytesOf('a', 3 * size)));
      }),
    ),
  );
});

void test('the cache keeps its limit, and those files that were used last', async (t) => {
  const s3 = await s3Server(t);
  const limit = 3 * size;
  const { store } = await openTestStore(s3, { HEADRACE_CACHE_BYTES: String(limit) });
  const artifacts: Artifact[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e'])
    artifacts.push(await putFiles(store, { 'x.bin': bytesOf(name, size) }));
  const bring = async (index: number): Promise<number> => {
    const artifact = artifacts[index];
    assert.ok(artifact !== undefined);
    s3.proxy.resetCounts();
    await store.bring([{ artifact, file: 'x.bin' }], async ([path = '']) => {
      assert.equal((await readFile(path)).length, size);
    });
    return s3.proxy.counts().GetObject?.requests ?? 0;
  };
  for (const index of [0, 1, 0, 2, 0, 3, 0, 4]) {
    await bring(index);
    const used = diskBytes(store.workplace.root);
    assert.ok(used <= limit + 200_000, `${used} bytes on the disk`);
  }
  assert.equal(await bring(0), 0, 'the one that was used each time is there');
  assert.ok((await bring(1)) > 0, 'the one that was used longest ago is not');
});

void test('files in use stay beyond the limit, and go afterwards', async (t) => {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3, { HEADRACE_CACHE_BYTES: String(size) });
  const names = ['a', 'b', 'c'];
  const artifacts = await Promise.all(names.map((name) => putFiles(store, { 'x.bin': bytesOf(name, size) })));
  await store.bring(
    artifacts.map((artifact) => ({ artifact, file: 'x.bin' })),
    async (paths) => {
      for (const [index, path] of paths.entries())
        assert.ok((await readFile(path)).equals(bytesOf(names[index] ?? '', size)));
    },
  );
  const [first] = artifacts;
  assert.ok(first !== undefined);
  await store.bring([{ artifact: first, file: 'x.bin' }], () => Promise.resolve());
  assert.ok(diskBytes(store.workplace.root) <= size + 200_000);
});

void test('a cache that is wiped during a use takes nothing from it', async (t) => {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  const artifact = await putFiles(store, { 'x.bin': bytesOf('a', size) });
  const wanted = [{ artifact, file: 'x.bin' }];
  await store.bring(wanted, async ([path = '']) => {
    await rm(join(store.workplace.root, 'brought'), { recursive: true });
    assert.ok((await readFile(path)).equals(bytesOf('a', size)));
    await store.bring(wanted, async ([again = '']) => {
      assert.ok((await readFile(again)).equals(bytesOf('a', size)));
    });
  });
});

void test('a limit that is no number is an error', async (t) => {
  const s3 = await s3Server(t);
  await assert.rejects(
    openTestStore(s3, { HEADRACE_CACHE_BYTES: '20 GB' }),
    (error: unknown) => error instanceof HeadraceError && error.type === 'UsageError',
  );
});
