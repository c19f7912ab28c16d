import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectS3 } from '../../../activities/artifacts/s3/connect.js';
import { defaultS3Tuning } from '../../../activities/artifacts/s3/tuning.js';
import { inParallel } from '../../../activities/threads/in-parallel.js';
import { removeGarbage } from '../../../client/cache/collect.js';
import { surveyStore } from '../../../client/cache/survey.js';
import { verifyStore } from '../../../client/cache/verify.js';
import { assertOutput, headrace } from '../../support/command.js';
import { ageBucket, bucketOf, garbageIn, type Bucket } from '../../support/old-bucket.js';
import { bytesOf, newRef, openTestStore, putFiles } from '../../support/s3-store.js';

/** What writers leave in a bucket, and how `cache ls` shows it and `cache gc` removes it. */

const { signal } = new AbortController();

const forbidden = { kind: 'error', status: 403, code: 'AccessDenied' } as const;
const files = { large: bytesOf('large', 600_000), other: bytesOf('other', 300_000) };

/** Puts an artifact that ends before its manifest. */
async function begin({ s3, store }: Bucket, ref = newRef()): Promise<void> {
  s3.proxy.fault({ ...forbidden, operation: 'PutObject', path: /manifest\.json$/ });
  await assert.rejects(putFiles(store, files, ref), /StoreForbidden|AccessDenied/);
  s3.proxy.clearFaults();
}

/** Sends a file in parts that never become an object. */
async function beginUpload({ s3, store }: Bucket): Promise<void> {
  s3.proxy.fault({ ...forbidden, operation: ['CompleteMultipartUpload', 'AbortMultipartUpload'] });
  await assert.rejects(putFiles(store, { huge: bytesOf('huge', 20_000_000) }), /AccessDenied/);
  s3.proxy.clearFaults();
}

void test('of two writers whose manifests were both let through, the files of the first one are found and removed, and those of the second stay', async (t) => {
  const bucket = await bucketOf(t);
  const { s3, store, looking } = bucket;
  const ref = newRef();
  // A service that ignores conditions.
  s3.proxy.fault({ kind: 'ignore-condition' });
  await putFiles(store, files, ref);
  await putFiles((await openTestStore(s3)).store, files, ref);
  s3.proxy.clearFaults();
  await begin(bucket);

  const { artifacts, orphans } = await surveyStore(looking);
  assert.deepEqual(
    orphans.map((left) => [left.files, left.sizeBytes]),
    [
      [2, 900_000],
      [2, 900_000],
    ],
  );
  assert.equal(artifacts.length, 1);
  assert.ok((artifacts[0]?.sizeBytes ?? 0) < 910_000, 'the artifact has the bytes of one writer');
  await ageBucket(s3, 6);
  assert.deepEqual(await garbageIn(looking), [], 'their writers may still be at work');
  await ageBucket(s3, 8);
  const garbage = await garbageIn(looking);
  assert.deepEqual(
    garbage.map(({ what, sizeBytes }) => [what, sizeBytes]),
    [
      ['orphan', 900_000],
      ['orphan', 900_000],
    ],
  );
  assert.deepEqual(await removeGarbage(looking, garbage), garbage);
  assert.deepEqual((await surveyStore(looking)).orphans, []);
  const { artifacts: whole, damaged } = await verifyStore(looking, () => undefined);
  assert.deepEqual([whole, damaged], [1, []]);
});

void test('files of a writer that goes on between the look and the removal stay, as do those of a damaged artifact', async (t) => {
  const bucket = await bucketOf(t);
  const { s3, store, looking } = bucket;
  await begin(bucket);
  await ageBucket(s3, 8);
  const garbage = await garbageIn(looking);
  assert.equal(garbage.length, 1);
  assert.ok(store.medium.kind === 'objects');
  const { objects } = store.medium;
  const key = `${garbage[0]?.path.slice(s3.place.length + 1)}/third`;
  await objects.put(key, Buffer.from('more'));
  assert.deepEqual(await removeGarbage(looking, garbage), []);
  assert.equal((await surveyStore(looking)).orphans[0]?.files, 3);

  const ref = newRef();
  const folder = `artifacts/${ref.kind}/${ref.key.slice(0, 2)}/${ref.key}`;
  await putFiles(store, files, ref);
  await objects.put(`${folder}/another-writer/large`, Buffer.from('large'));
  await objects.put(`${folder}/manifest.json`, Buffer.from('no manifest'));
  await ageBucket(s3, 8);
  assert.deepEqual(
    (await garbageIn(looking)).map(({ path }) => path),
    [garbage[0]?.path],
    'nobody knows which files are named',
  );
});

void test('chunks of a file that was never whole go after a week, and stay where its download goes on', async (t) => {
  const { s3, store, looking } = await bucketOf(t);
  assert.ok(store.medium.kind === 'objects');
  const { objects } = store.medium;
  const folders = ['0', '1'].map((digit) => `blobs/${digit}${digit}/${digit.repeat(64)}`);
  for (const folder of folders) await objects.put(`${folder}/000000`, Buffer.from('chunk'));
  await ageBucket(s3, 8);
  const garbage = await garbageIn(looking);
  assert.deepEqual(
    garbage.map(({ what }) => what),
    ['part', 'part'],
  );
  await objects.put(`${folders[1]}/000001`, Buffer.from('chunk'));
  assert.deepEqual(
    (await removeGarbage(looking, garbage)).map(({ path }) => path),
    [`${s3.place}/${folders[0]}`],
  );
});

void test('incomplete uploads are shown with the bytes of their parts, and aborted after a week', async (t) => {
  const bucket = await bucketOf(t);
  const { s3, looking } = bucket;
  await beginUpload(bucket);
  const [upload] = (await surveyStore(looking)).uploads;
  assert.equal(upload?.sizeBytes, 20_000_000);
  assert.match(upload.path, /^s3:\/\/headrace-test\/store\/artifacts\/piece\/.*\/huge$/);
  assert.deepEqual(await garbageIn(looking), []);
  await ageBucket(s3, 8);
  const garbage = await garbageIn(looking);
  assert.deepEqual(
    garbage.map(({ what, sizeBytes }) => [what, sizeBytes]),
    [['upload', 20_000_000]],
  );
  await removeGarbage(looking, garbage);
  assert.deepEqual((await surveyStore(looking)).uploads, []);
  assert.deepEqual(await removeGarbage(looking, garbage), garbage, 'one that is gone is no error');
});

void test('more uploads than a page has are all listed, and none of a neighbour of the store', async (t) => {
  const { s3, looking } = await bucketOf(t);
  const { sdk, client } = await connectS3(s3.env, defaultS3Tuning);
  const keys = Array.from({ length: 1005 }, (_, index) => `store/artifacts/${index}`);
  await inParallel([...keys, 'store-2/a', 'other/b'], 8, signal, async (Key) => {
    await client.send(new sdk.CreateMultipartUploadCommand({ Bucket: s3.bucket, Key }));
  });
  s3.proxy.resetCounts();
  const { uploads, notes } = await surveyStore(looking);
  assert.deepEqual(uploads.map(({ path }) => path.replace('s3://headrace-test/', '')).sort(), keys.sort());
  assert.deepEqual(notes, []);
  assert.equal(s3.proxy.counts().ListMultipartUploads?.requests, 2);
  assert.equal(s3.proxy.counts().ListParts, undefined, 'of so many the number alone is asked for');
});

void test('cache ls and gc show what writers have left, and a service or a key without a list of uploads is one line', async (t) => {
  const bucket = await bucketOf(t);
  const { s3 } = bucket;
  await begin(bucket);
  await beginUpload(bucket);
  await ageBucket(s3, 8);
  const run = (...args: string[]): ReturnType<typeof headrace> => headrace(['cache', ...args], { ...s3.env });
  assertOutput(
    await run('ls'),
    0,
    /files that no manifest names[ │]+2[ │]+900 kB/,
    /incomplete uploads[ │]+1[ │]+20\.0 MB/,
  );
  s3.proxy.fault({ ...forbidden, operation: 'ListParts' });
  assertOutput(await run('ls'), 0, /incomplete uploads[ │]+1[ │]+unknown/);
  s3.proxy.clearFaults();
  for (const [args, status, code] of [
    [['ls'], 403, 'AccessDenied'],
    [['gc', '--dry-run'], 501, 'NotImplemented'],
    [['gc', '--dry-run', '--json'], 405, 'MethodNotAllowed'],
  ] as const) {
    s3.proxy.fault({ kind: 'error', operation: 'ListMultipartUploads', status, code });
    s3.proxy.resetCounts();
    const line = new RegExp(`^ *"?Incomplete uploads are not listed: ${status} ${code}`, 'm');
    assertOutput(await run(...args), 0, line);
    assert.equal(s3.proxy.counts().ListMultipartUploads?.requests, 1, 'it is not repeated');
    s3.proxy.clearFaults();
  }
  assertOutput(
    await run('gc'),
    0,
    /orphan[ │]+piece [0-9a-f]{12}[ │]+900 kB/,
    /upload[ │]+incomplete upload[ │]+20\.0 MB/,
    /Freed 20\.9 MB in 2 items/,
  );
  const left = await surveyStore(bucket.looking);
  assert.deepEqual([left.orphans, left.uploads], [[], []]);
});
