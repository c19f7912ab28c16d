import assert from 'node:assert/strict';
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { BlobManifest } from '../../../../activities/artifacts/s3/manifests.js';
import { blobChunkBytes } from '../../../../core/store/object-sizes.js';
import { blobChunkKey, wholeKey } from '../../../../activities/artifacts/s3/layout.js';
import type { Artifact, Blob, Wanted } from '../../../../activities/artifacts/store.js';
import { HeadraceError } from '../../../../core/errors.js';
import type { ErrorType } from '../../../../core/errors.js';
import { sha256 } from '../../../../files/sha256.js';
import { s3Server, type TestS3 } from '../../../support/s3.js';
import { bytesOf, openTestStore, putFiles, type OpenedS3Store } from '../../../support/s3-store.js';

const large = bytesOf('large', 20_000_000);

type Store = OpenedS3Store['store'];

const damages: Readonly<
  Record<string, { readonly do: (path: string) => Promise<void>; readonly is: ErrorType }>
> = {
  flipped: {
    do: async (path) => {
      const bytes = await readFile(path);
      bytes.writeUInt8(255 - bytes.readUInt8(12_345), 12_345);
      await writeFile(path, bytes);
    },
    is: 'ArtifactCorruptError',
  },
  cut: { do: (path) => truncate(path, 9_000_000), is: 'ArtifactCorruptError' },
  'cut to its first bytes': { do: (path) => truncate(path, 100), is: 'ArtifactCorruptError' },
  emptied: { do: (path) => truncate(path, 0), is: 'ArtifactCorruptError' },
  deleted: { do: (path) => rm(path), is: 'ArtifactMissingError' },
};

for (const [name, damage] of Object.entries(damages)) {
  void test(`an object of an artifact that was ${name} is found when it is read, named, and made again`, async (t) => {
    const s3 = await s3Server(t);
    const { store } = await openTestStore(s3);
    const artifact = await putFiles(store, { 'large.bin': large });
    await damage.do(await objectOf(s3, artifact, 'large.bin'));
    const error = await errorOf(store, [{ artifact, file: 'large.bin' }]);
    assert.equal(error.type, damage.is);
    assert.match(error.message, new RegExp(`s3://.*artifacts/piece/../${artifact.ref.key}/.*large\\.bin`));
    assert.match(error.remedy, /[Ss]tart the run again/);
    assert.equal(await store.find(artifact.ref), undefined, 'a run makes it again');
    const again = await putFiles(store, { 'large.bin': large }, artifact.ref);
    assert.equal(await store.text(again, 'large.bin'), String(large));
  });

  void test(`a chunk of a blob that was ${name} is found when it is read, and can be put again`, async (t) => {
    const { s3, store, blob } = await withBlob(t);
    await damage.do(join(s3.bucketDir, 'store', blobChunkKey(blob.oid, 0)));
    const error = await errorOf(store, [{ blob }]);
    assert.equal(error.type, damage.is);
    assert.match(error.message, /train\.jsonl/);
    // The chunk and the manifest are gone, the other chunk stays: the download fetches one chunk.
    const names = await readdir(join(s3.bucketDir, 'store', 'blobs', blob.oid.slice(0, 2), blob.oid));
    assert.deepEqual(names, ['000001']);
    await putChunk(store, blob.oid, 0);
    await putWhole(store, blob.oid);
    await store.bring([{ blob }], async ([path = '']) => assert.ok((await readFile(path)).equals(large)));
  });
}

void test('a blob is brought whole, by ranges, and small ones from their manifest', async (t) => {
  const { s3, store, blob } = await withBlob(t);
  const range = { from: blobChunkBytes - 5, to: blobChunkBytes + 5 };
  await store.bring(
    [{ blob, ranges: [range], isReadOnce: true }, { blob }],
    async ([part = '', all = '']) => {
      const expected = large.subarray(range.from, range.to);
      assert.ok((await readFile(part)).subarray(range.from, range.to).equals(expected));
      assert.ok((await readFile(all)).equals(large));
    },
  );
  const small = { oid: sha256('small').toString('hex'), sizeBytes: 5, name: 'small.txt' };
  const content = Buffer.from('small').toString('base64');
  const manifest: BlobManifest = { sizeBytes: 5, chunkBytes: blobChunkBytes, chunks: [], content };
  await objectsOf(store).put(wholeKey(small.oid), Buffer.from(JSON.stringify(manifest)));
  s3.proxy.resetCounts();
  await store.bring([{ blob: small }], async ([path = '']) => {
    assert.equal(await readFile(path, 'utf8'), 'small');
  });
  assert.equal(s3.proxy.counts().GetObject?.requests, 1);
});

void test('a blob that is not whole is missing', async (t) => {
  const { s3, store, blob } = await withBlob(t);
  await rm(join(s3.bucketDir, 'store', wholeKey(blob.oid)));
  const error = await errorOf(store, [{ blob }]);
  assert.equal(error.type, 'ArtifactMissingError');
});

void test('a manifest that is not one is named', async (t) => {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  const artifact = await putFiles(store, { 'a.txt': 'a' });
  await writeFile(join(folderOf(s3, artifact), 'manifest.json'), '{"kind":');
  await assert.rejects(store.find(artifact.ref), (error: unknown) => {
    assert.ok(error instanceof HeadraceError);
    assert.equal(error.type, 'ArtifactCorruptError');
    assert.match(error.message, /s3:\/\/.*manifest\.json/);
    return true;
  });
});

void test('damage of a copy that another writer has replaced leaves the new one alone', async (t) => {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  const former = await putFiles(store, { 'large.bin': large });
  const path = await objectOf(s3, former, 'large.bin');
  await rm(join(folderOf(s3, former), 'manifest.json'));
  const now = await putFiles(store, { 'large.bin': large }, former.ref);
  await rm(path);
  assert.equal(
    (await errorOf(store, [{ artifact: former, file: 'large.bin' }])).type,
    'ArtifactMissingError',
  );
  assert.equal(await store.text(await store.get(now.ref), 'large.bin'), String(large));
});

async function withBlob(t: TestContext): Promise<{ s3: TestS3; store: Store; blob: Blob }> {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  const oid = sha256(large).toString('hex');
  await putChunk(store, oid, 0);
  await putChunk(store, oid, 1);
  await putWhole(store, oid);
  return { s3, store, blob: { oid, sizeBytes: large.length, name: 'train.jsonl' } };
}

function chunkOf(index: number): Buffer {
  return large.subarray(index * blobChunkBytes, (index + 1) * blobChunkBytes);
}

async function putChunk(store: Store, oid: string, index: number): Promise<void> {
  await objectsOf(store).put(blobChunkKey(oid, index), chunkOf(index));
}

async function putWhole(store: Store, oid: string): Promise<void> {
  const chunks = [chunkOf(0), chunkOf(1)].map((chunk) => sha256(chunk).toString('hex'));
  const manifest: BlobManifest = { sizeBytes: large.length, chunkBytes: blobChunkBytes, chunks };
  await objectsOf(store).put(wholeKey(oid), Buffer.from(JSON.stringify(manifest)));
}

function objectsOf({ medium }: Store): Extract<Store['medium'], { kind: 'objects' }>['objects'] {
  assert.ok(medium.kind === 'objects');
  return medium.objects;
}

function folderOf(s3: TestS3, { ref }: Artifact): string {
  return join(s3.bucketDir, 'store', 'artifacts', ref.kind, ref.key.slice(0, 2), ref.key);
}

/** The file in the server's folder that has a file of an artifact. */
async function objectOf(s3: TestS3, artifact: Artifact, file: string): Promise<string> {
  const folder = folderOf(s3, artifact);
  const [writer = ''] = (await readdir(folder)).filter((name) => name !== 'manifest.json');
  return join(folder, writer, file);
}

async function errorOf(store: Store, wanted: readonly Wanted[]): Promise<HeadraceError> {
  const error = await store
    .bring(wanted, () => Promise.resolve(undefined))
    .catch((thrown: unknown) => thrown);
  assert.ok(error instanceof HeadraceError, String(error));
  return error;
}
