import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openStore } from '../../../activities/artifacts/open-store.js';
import type { ArtifactStore } from '../../../activities/artifacts/store.js';
import type { BlobOutcome } from '../../../activities/hub/download/byte-account.js';
import { createHubAccess, type HubAccess } from '../../../activities/hub/hub-access.js';
import type { HubTuning } from '../../../activities/hub/http/tuning.js';
import { readResolution } from '../../../activities/hub/resolve/resolution.js';
import type { SourceFile } from '../../../core/contracts/source.js';
import { quick, resolve, someBytes, startFixture, type Fixture } from '../../support/hub.js';
import { s3Server, type TestS3 } from '../../support/s3.js';

const size = 5_300_000;
const content = someBytes(size);
const chunkBytes = 1_000_000;
const served = 'datasets/o/n/data/train-00000-of-00001.parquet';

/** A process with a cache of its own. */
interface Machine {
  readonly store: ArtifactStore;
  readonly hub: HubAccess;
  readonly fetch: (signal?: AbortSignal) => Promise<BlobOutcome>;
  /** The bytes that its readers see. */
  readonly bytes: () => Promise<Buffer>;
}

interface Ready {
  readonly s3: TestS3;
  readonly fixture: Fixture;
  readonly file: SourceFile;
  /** Folder of the chunks and the manifest. */
  readonly blobDir: string;
  readonly machine: (tuning?: Partial<HubTuning>) => Promise<Machine>;
  /** What is in `blobDir`. */
  readonly names: () => Promise<readonly string[]>;
}

async function ready(context: TestContext, bytes = content): Promise<Ready> {
  const s3 = await s3Server(context);
  const fixture = await startFixture(context, { [served]: bytes });
  const { resolution, commitSha = '' } = await resolve(fixture, { dataset: 'o/n' });
  const [file] = (await readResolution(fixture.store, resolution)).files;
  assert.ok(file?.sha256 !== undefined);
  const { sha256 } = file;
  fixture.hub.resetStats();
  const blobDir = join(s3.bucketDir, 'store/blobs', sha256.slice(0, 2), sha256);
  let machines = 0;
  return {
    s3,
    fixture,
    file,
    blobDir,
    names: async () => (await readdir(blobDir)).sort(),
    machine: async (tuning = {}) => {
      machines += 1;
      const env = { ...s3.env, HEADRACE_CACHE: join(fixture.dir, `cache-${machines}`) };
      const store = await openStore(s3.place, { env, onWarning: (line) => context.diagnostic(line) });
      const hub = createHubAccess({
        store,
        env: { HF_ENDPOINT: fixture.hub.url, HF_HOME: join(fixture.dir, 'no-home') },
        tuning: { ...quick, ...tuning },
      });
      const commit = { kind: 'dataset', id: 'o/n', commitSha } as const;
      const listener = { had: () => undefined, fetched: () => undefined };
      return {
        store,
        hub,
        fetch: async (signal = new AbortController().signal) =>
          hub.blobs.fetch(await hub.client(), { commit, file }, signal, listener),
        bytes: () =>
          store.bring(
            [{ blob: { oid: sha256, sizeBytes: file.sizeBytes, name: file.path } }],
            ([path = '']) => readFile(path),
          ),
      };
    },
  };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const wholeNames = ['000000', '000001', '000002', '000003', '000004', '000005', 'whole'];

void test('a download leaves its chunks and, last, a manifest with their hashes', async (context) => {
  const { s3, machine, names, blobDir, fixture } = await ready(context);
  const one = await machine();
  s3.proxy.resetCounts();
  assert.deepEqual(await one.fetch(), { fetchedBytes: size, resumedBytes: 0, reused: false });
  assert.deepEqual(await names(), wholeNames);
  const manifest = JSON.parse(await readFile(join(blobDir, 'whole'), 'utf8')) as { chunks: string[] };
  assert.deepEqual(
    manifest.chunks,
    Array.from({ length: 6 }, (_, at) => sha256(content.subarray(at * chunkBytes, (at + 1) * chunkBytes))),
  );
  assert.deepEqual(await readdir(join(one.store.workplace.root, 'tmp')), [], 'scratch is empty');
  const { PutObject, ListObjectsV2 } = s3.proxy.counts();
  assert.equal(PutObject?.requests, 7, 'six chunks and a manifest');
  assert.equal(ListObjectsV2, undefined, 'a file that was never begun is not listed');

  fixture.hub.resetStats();
  const other = await machine();
  assert.deepEqual(await other.fetch(), { fetchedBytes: 0, resumedBytes: 0, reused: true });
  assert.equal(fixture.hub.stats().bytes, 0);
  assert.ok((await other.bytes()).equals(content));
});

void test('a small file is inside its manifest: one request writes it', async (context) => {
  const small = someBytes(70_000);
  const { s3, machine, names } = await ready(context, small);
  const one = await machine();
  s3.proxy.resetCounts();
  await one.fetch();
  assert.deepEqual(await names(), ['whole']);
  assert.equal(s3.proxy.counts().PutObject?.requests, 1);
  assert.ok((await (await machine()).bytes()).equals(small));
});

void test('another machine goes on with the chunks that are there', async (context) => {
  const { machine, names, fixture } = await ready(context);
  // Nothing comes of the fourth chunk on.
  fixture.hub.fault({ path: '/storage/', kind: 'rate', bytesPerSecond: 400_000 });
  const stopped = new AbortController();
  const one = await machine({ connectionsPerFile: 2 });
  const work = one.fetch(stopped.signal);
  const failed = assert.rejects(work);
  for (let count = 0; count < 3;) {
    await new Promise((done) => setImmediate(done));
    count = (await names().catch(() => [])).length;
  }
  stopped.abort(new Error('stopped'));
  await failed;
  fixture.hub.clearFaults();
  const present = await names();
  assert.ok(!present.includes('whole'));
  const sentBefore = fixture.hub.stats().bytes;
  const outcome = await (await machine()).fetch();
  // The server may still have kept a chunk whose sender was stopped.
  assert.ok(outcome.resumedBytes >= present.length * chunkBytes);
  assert.equal(outcome.fetchedBytes, size - outcome.resumedBytes);
  assert.equal(fixture.hub.stats().bytes - sentBefore, outcome.fetchedBytes);
  assert.deepEqual(await names(), wholeNames);
  assert.ok((await (await machine()).bytes()).equals(content));
});

void test('two machines at a time end with the same whole file', async (context) => {
  const { machine, names } = await ready(context);
  const [one, other] = [await machine(), await machine()];
  await Promise.all([one.fetch(), other.fetch()]);
  assert.deepEqual(await names(), wholeNames);
  assert.ok((await other.bytes()).equals(content));
});

void test('bytes that are wrong once are fetched again, all of them', async (context) => {
  const { machine, fixture, names } = await ready(context);
  fixture.hub.fault({ path: '/storage/', kind: 'corrupt', offset: 3_500_000 });
  const outcome = await (await machine()).fetch();
  assert.equal(outcome.fetchedBytes, 2 * size);
  assert.deepEqual(await names(), wholeNames);
  assert.ok((await (await machine()).bytes()).equals(content));
});

void test('bytes that are wrong twice are an error, and no chunk of them stays', async (context) => {
  const { machine, fixture, names } = await ready(context);
  fixture.hub.fault({ path: '/storage/', kind: 'corrupt', offset: 3_500_000, times: 2 });
  await assert.rejects((await machine()).fetch(), { type: 'HashMismatchError' });
  assert.deepEqual(await names().catch(() => []), []);
});

void test('a chunk that was damaged before the file was whole costs one more download', async (context) => {
  const { machine, names, blobDir, fixture } = await ready(context);
  await (await machine()).fetch();
  await rm(join(blobDir, 'whole'));
  await writeFile(join(blobDir, '000002'), Buffer.alloc(chunkBytes, 1));
  fixture.hub.resetStats();
  await (await machine()).fetch();
  assert.equal(fixture.hub.stats().bytes, size);
  assert.deepEqual(await names(), wholeNames);
  assert.ok((await (await machine()).bytes()).equals(content));
});

void test('a chunk that was cut or has gone is named by its reader, and fetched again alone', async (context) => {
  const { machine, blobDir, fixture } = await ready(context);
  await (await machine()).fetch();
  await truncate(join(blobDir, '000001'), 400_000);
  await rm(join(blobDir, '000004'));
  await assert.rejects((await machine()).bytes(), (error: Error & { type?: string }) => {
    assert.match(error.message, /00000[14]/);
    assert.ok(error.type === 'ArtifactMissingError' || error.type === 'ArtifactCorruptError');
    return true;
  });
  fixture.hub.resetStats();
  const outcome = await (await machine()).fetch();
  assert.equal(outcome.fetchedBytes, 2 * chunkBytes);
  assert.equal(fixture.hub.stats().bytes, 2 * chunkBytes);
  assert.ok((await (await machine()).bytes()).equals(content));
});

void test('a manifest that cannot be read is written again from the chunks', async (context) => {
  const { machine, blobDir, fixture } = await ready(context);
  await (await machine()).fetch();
  await writeFile(join(blobDir, 'whole'), '{"sizeBytes":');
  fixture.hub.resetStats();
  await (await machine()).fetch();
  assert.equal(fixture.hub.stats().bytes, 0);
  assert.ok((await (await machine()).bytes()).equals(content));
});

void test('a server that fails, cuts and loses answers changes no byte', async (context) => {
  const { s3, machine, names, fixture } = await ready(context);
  const slow = s3.proxy.fault({ kind: 'error', status: 503, code: 'SlowDown', every: 4 });
  const lost = s3.proxy.fault({ kind: 'lose-answer', operation: 'PutObject', every: 3 });
  const cut = s3.proxy.fault({ kind: 'drop-after', bytes: 300, operation: 'GetObject', every: 3 });
  const one = await machine();
  await one.fetch();
  assert.ok((await one.bytes()).equals(content));
  assert.ok(slow() > 0 && lost() > 0 && cut() > 0, `${slow()} ${lost()} ${cut()}`);
  assert.deepEqual(await names(), wholeNames);
  assert.equal(fixture.hub.stats().bytes, size, 'the Hub sends each byte once');
});
