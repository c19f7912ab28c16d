import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Artifact } from '../../../../activities/artifacts/store.js';
import { inParallel } from '../../../../activities/threads/in-parallel.js';
import { HeadraceError } from '../../../../core/errors.js';
import { CacheWatch } from '../../../support/disk-watch.js';
import { smallDisk } from '../../../support/folder.js';
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

void test('requests and bytes are counted, by whether the cache had them', async (t) => {
  const s3 = await s3Server(t);
  const { store, counts } = await openTestStore(s3);
  const artifact = await putFiles(store, { 'a.bin': bytesOf('a', size) });
  const { requests: before = 0 } = s3.proxy.counts().GetObject ?? {};
  s3.proxy.fault({ kind: 'error', status: 503, code: 'SlowDown', operation: 'GetObject', times: 1 });
  for (const _ of [1, 2]) await store.bring([{ artifact, file: 'a.bin' }], () => Promise.resolve());
  assert.equal(counts['cache store'], size);
  assert.equal(counts['cache cache'], size);
  assert.equal(counts['requests get failed'], 1);
  assert.equal(counts['requests get answered'], before + 2);
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

void test('files that are brought side by side keep the limit, too', async (t) => {
  const s3 = await s3Server(t);
  const limit = 6 * size;
  const { store } = await openTestStore(s3, { HEADRACE_CACHE_BYTES: String(limit) });
  const artifacts: Artifact[] = [];
  for (let index = 0; index < 30; index += 1)
    artifacts.push(await putFiles(store, { 'x.bin': bytesOf(String(index), size) }));
  const watch = new CacheWatch(store.workplace.root);
  t.after(() => watch.close());
  await inParallel(artifacts, 3, new AbortController().signal, (artifact) =>
    store.bring([{ artifact, file: 'x.bin' }], () => Promise.resolve()),
  );
  const { bytes, pinnedBytes } = watch.take();
  assert.ok(pinnedBytes > 0 && pinnedBytes < limit, `${pinnedBytes} bytes in use`);
  assert.ok(bytes > limit / 2 && bytes <= limit + 200_000, `${bytes} bytes on the disk`);
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

void test('a full disk of the cache is an error that names it, and takes nothing from the store', async (t) => {
  const disk = await smallDisk(t, 15_000_000);
  if (disk === undefined) return t.skip('mounting a small disk needs the right to');
  const s3 = await s3Server(t);
  const elsewhere = (await openTestStore(s3)).store;
  const artifact = await putFiles(elsewhere, { 'a.bin': bytesOf('a', 2 * size) });
  const { store } = await openTestStore(s3, { HEADRACE_CACHE: disk });
  const isFull = (error: unknown): boolean => {
    assert.ok(error instanceof HeadraceError, String(error));
    assert.equal(error.type, 'DiskFullError');
    assert.ok(error.message.includes(disk), error.message);
    assert.match(error.remedy, /HEADRACE_CACHE\b.*HEADRACE_CACHE_BYTES/);
    return true;
  };
  const wanted = [{ artifact, file: 'a.bin' }];
  await assert.rejects(
    store.bring(wanted, () => Promise.resolve()),
    isFull,
  );
  await assert.rejects(putFiles(store, { 'b.bin': bytesOf('b', 2 * size) }), isFull);
  await elsewhere.bring(wanted, async ([path = '']) => {
    assert.ok((await readFile(path)).equals(bytesOf('a', 2 * size)));
  });
  const small = await putFiles(elsewhere, { 'a.bin': bytesOf('a', 2_000_000) });
  await rm(join(disk, 'brought'), { recursive: true });
  await store.bring([{ artifact: small, file: 'a.bin' }], () => Promise.resolve());
});

void test('a limit that is no number is an error', async (t) => {
  const s3 = await s3Server(t);
  await assert.rejects(
    openTestStore(s3, { HEADRACE_CACHE_BYTES: '20 GB' }),
    (error: unknown) => error instanceof HeadraceError && error.type === 'UsageError',
  );
});
