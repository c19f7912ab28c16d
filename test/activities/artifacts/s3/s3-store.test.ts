import assert from 'node:assert/strict';
import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore, storePlace } from '../../../../activities/artifacts/open-store.js';
import { HeadraceError } from '../../../../core/errors.js';
import { s3Server } from '../../../support/s3.js';
import { all, bytesOf, newRef, openTestStore, putFiles } from '../../../support/s3-store.js';

const large = bytesOf('large', 20_000_000);

void test('HEADRACE_STORE names a folder or a bucket', () => {
  assert.equal(storePlace({ HEADRACE_STORE: 's3://bucket/prefix' }), 's3://bucket/prefix');
  assert.equal(storePlace({ HEADRACE_STORE: 'folder' }), join(process.cwd(), 'folder'));
});

void test('a store in a bucket has one id when several processes open it first', async (t) => {
  const s3 = await s3Server(t);
  const ids = await Promise.all(
    Array.from({ length: 8 }, async () => (await openStore(s3.place, { env: s3.env })).id),
  );
  assert.match(ids[0] ?? '', /^[0-9a-f]{12}$/);
  assert.equal(new Set(ids).size, 1);
});

void test('it has one id as well where the service ignores conditions', async (t) => {
  const s3 = await s3Server(t);
  s3.proxy.fault({ kind: 'ignore-condition' });
  const ids = await Promise.all(Array.from({ length: 4 }, async () => (await openTestStore(s3)).store.id));
  assert.equal(new Set(ids).size, 1);
});

void test('an artifact in a bucket is there whole or not at all, and scratch is removed', async (t) => {
  const { store } = await openTestStore(await s3Server(t));
  const ref = newRef();
  await assert.rejects(
    store.put(ref, async (dir) => {
      await writeFile(join(dir, 'a.txt'), 'half');
      throw new Error('killed');
    }),
    /killed/,
  );
  assert.equal(await store.find(ref), undefined);
  await assert.rejects(
    store.get(ref),
    (error: unknown) => error instanceof HeadraceError && error.type === 'ArtifactMissingError',
  );
  await putFiles(store, { 'a.txt': 'whole', 'large.bin': large }, ref);
  const artifact = await store.get(ref);
  assert.deepEqual(artifact.meta, { files: 2 });
  assert.deepEqual(Object.keys(artifact.files).sort(), ['a.txt', 'large.bin']);
  assert.equal(artifact.files['large.bin']?.sizeBytes, large.length);
  assert.equal(await store.text(artifact, 'a.txt'), 'whole');
  assert.equal(await store.text(artifact, 'large.bin'), large.toString('utf8'));
  assert.deepEqual(await readdir(join(store.workplace.root, 'tmp')), []);
});

void test('who writes an artifact has its facts as all others read them', async (t) => {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  const ref = newRef();
  const written = await store.put(ref, () => Promise.resolve({ z: 1, a: { y: undefined, b: 2 } }));
  assert.equal(JSON.stringify(written.meta), '{"a":{"b":2},"z":1}');
  assert.equal(JSON.stringify((await store.get(ref)).meta), JSON.stringify(written.meta));
});

void test('files have their bytes again, whole or by ranges, small or of several parts', async (t) => {
  const { store } = await openTestStore(await s3Server(t));
  const artifact = await putFiles(store, { empty: '', 'small.txt': 'small', 'large.bin': large });
  const ranges = [
    { from: 5, to: 9 },
    { from: 8_388_600, to: 8_388_620 },
  ];
  const local = join(store.workplace.root, 'local');
  await writeFile(local, 'outside');
  await store.bring(
    [
      { artifact, file: 'empty' },
      { artifact, file: 'small.txt' },
      { artifact, file: 'large.bin' },
      { artifact, file: 'large.bin', ranges, isReadOnce: true },
      { path: local },
    ],
    async ([empty = '', small = '', whole = '', parts = '', outside = '']) => {
      assert.equal((await readFile(empty)).length, 0);
      assert.equal(await readFile(small, 'utf8'), 'small');
      assert.ok((await readFile(whole)).equals(large));
      const sparse = await readFile(parts);
      assert.equal(sparse.length, large.length);
      for (const { from, to } of ranges)
        assert.ok(sparse.subarray(from, to).equals(large.subarray(from, to)));
      assert.equal(outside, local);
    },
  );
});

void test('a range brings the chunks that it touches, and no other bytes', async (t) => {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  const artifact = await putFiles(store, { 'large.bin': large });
  s3.proxy.resetCounts();
  await store.bring(
    [{ artifact, file: 'large.bin', ranges: [{ from: 9_000_000, to: 9_000_010 }] }],
    async ([path = '']) => {
      const found = await stat(path);
      assert.equal(found.size, large.length);
      assert.ok(found.blocks * 512 < 9_000_000, `${found.blocks * 512} bytes on the disk`);
    },
  );
  assert.equal(s3.proxy.counts().GetObject?.requests, 1);
  await store.bring([{ artifact, file: 'large.bin' }], async ([path = '']) => {
    assert.ok((await readFile(path)).equals(large));
  });
  assert.equal(s3.proxy.counts().GetObject?.requests, 3);
});

void test('two writers of one key do no harm: the first stays, and the second removes its files', async (t) => {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  const ref = newRef();
  const artifacts = await Promise.all([1, 2, 3].map(() => putFiles(store, { 'large.bin': large }, ref)));
  for (const artifact of artifacts) assert.equal(await store.text(artifact, 'large.bin'), String(large));
  const [folder = ''] = await readdir(join(s3.bucketDir, 'store', 'artifacts', 'piece'));
  const names = await readdir(join(s3.bucketDir, 'store', 'artifacts', 'piece', folder, ref.key));
  assert.equal(names.length, 2, names.join());
});

void test('where the service lets two manifests through, each of them is whole', async (t) => {
  const s3 = await s3Server(t);
  s3.proxy.fault({ kind: 'ignore-condition', path: /manifest/ });
  const { store } = await openTestStore(s3);
  const ref = newRef();
  const artifacts = await Promise.all([1, 2].map(() => putFiles(store, { 'large.bin': large }, ref)));
  for (const artifact of [...artifacts, await store.get(ref)])
    assert.equal(await store.text(artifact, 'large.bin'), String(large));
});

void test('a version that is asked for by its ETag is brought, and another one is missing', async (t) => {
  const { store } = await openTestStore(await s3Server(t));
  const { medium } = store;
  assert.ok(medium.kind === 'objects');
  const { objects } = medium;
  const file = await open(join(store.workplace.root, 'file'), 'w+');
  t.after(() => file.close());
  const bring = async (etag: string): Promise<string | undefined> => {
    const target = { descriptor: file.fd, at: 0 };
    const range = { from: 1, to: 3 };
    const received = await objects.download('odd (key)/ä+!', range, target, undefined, { etag });
    if (received === undefined) return undefined;
    const { buffer } = await file.read(Buffer.alloc(received.sizeBytes), 0, received.sizeBytes, 0);
    return String(buffer);
  };
  const etagNow = async (): Promise<string> => (await all(objects.list('odd')))[0]?.etag ?? '';
  await objects.put('odd (key)/ä+!', Buffer.from('first'));
  const former = await etagNow();
  // The first request is the SDK's, the others are signed here.
  for (const _ of [1, 2]) assert.equal(await bring(former), 'ir');
  await objects.put('odd (key)/ä+!', Buffer.from('second'));
  assert.equal(await bring(former), undefined);
  assert.equal(await bring(await etagNow()), 'ec');
});

void test('notes are replaced whole and listed by their beginning', async (t) => {
  const { store } = await openTestStore(await s3Server(t));
  await store.note('uses/a.json', 'one');
  await store.note('uses/a.json', 'two');
  await store.note('uses/b.json', 'three');
  await store.note('refs/a.json', 'other');
  assert.equal(await store.read('uses/a.json'), 'two');
  assert.equal(await store.read('uses/none.json'), undefined);
  const notes = await all(store.notes('uses/'));
  const listed = notes.map(({ name, sizeBytes }) => `${name} ${sizeBytes}`);
  assert.deepEqual(listed.sort(), ['uses/a.json 3', 'uses/b.json 5']);
});

void test('objects are listed past the first page, joined without being read, and removed', async (t) => {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  const { medium } = store;
  assert.ok(medium.kind === 'objects');
  const { objects } = medium;
  const many = Array.from({ length: 1_050 }, (_, index) => `many/${index}`);
  await Promise.all(many.map((key) => objects.put(key, Buffer.from('x'))));
  const listed = await all(objects.list('many/'));
  assert.deepEqual(listed.map(({ key }) => key).sort(), many.sort());
  await objects.remove(many);
  assert.deepEqual(await all(objects.list('many/')), []);
  const parts = [
    large.subarray(0, 6_000_000),
    large.subarray(6_000_000, 12_000_000),
    large.subarray(12_000_000),
  ];
  await Promise.all(parts.map((part, index) => objects.put(`part/${index}`, part)));
  s3.proxy.resetCounts();
  await objects.join(
    'joined',
    parts.map((part, index) => ({ key: `part/${index}`, sizeBytes: part.length })),
  );
  assert.equal(s3.proxy.counts().GetObject, undefined);
  assert.equal((await objects.lookUp('joined'))?.sizeBytes, large.length);
  assert.ok((await objects.get('joined'))?.equals(large));
  assert.equal(await objects.lookUp('none'), undefined);
});
