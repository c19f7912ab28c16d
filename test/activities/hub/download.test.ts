import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  appendFile,
  mkdir,
  readFile,
  readdir,
  readlink,
  rm,
  statfs,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { putResolution, readResolution } from '../../../activities/hub/resolve/resolution.js';
import { createHubAccess } from '../../../activities/hub/hub-access.js';
import { createHubActivities } from '../../../activities/hub/index.js';
import type { DownloadFilesResult, SourceResolution } from '../../../core/contracts/source.js';
import { HeadraceError, type ErrorType } from '../../../core/errors.js';
import { sourcePath } from '../../support/source-path.js';
import {
  downloadAll,
  quick,
  resolve,
  someBytes,
  sourceOf,
  startFixture,
  type Fixture,
} from '../../support/hub.js';
import { smallDisk } from '../../support/folder.js';

const size = 5_300_000;
const train = someBytes(size);
const files = {
  'datasets/o/n/data/train-00000-of-00001.parquet': train,
  'datasets/o/n/small/a.json': '{"a":1}\n',
  'datasets/o/n/small/b.json': '{"b":2}\n',
};
const served = 'datasets/o/n/data/train-00000-of-00001.parquet';

interface Ready extends Fixture {
  readonly resolution: SourceResolution;
  /** Where the file belongs. */
  readonly path: string;
}

async function ready(t: TestContext, fields: Readonly<Record<string, unknown>> = {}): Promise<Ready> {
  const fixture = await startFixture(t, files);
  const resolution = await resolve(fixture, { dataset: 'o/n', ...fields });
  const { meta, files: listed } = await readResolution(fixture.store, resolution.resolution);
  const [file] = listed;
  assert.ok(file !== undefined);
  fixture.hub.resetStats();
  fixture.progress.length = 0;
  return { ...fixture, resolution, path: await sourcePath(fixture.store, meta, file) };
}

async function assertWhole({ path }: Ready): Promise<void> {
  assert.equal(
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
    createHash('sha256').update(train).digest('hex'),
  );
  const blobs = await readdir(dirname(path));
  assert.deepEqual(
    blobs.filter((name) => name.includes('.part')),
    [],
    'leftovers',
  );
}

async function failure(work: Promise<unknown>, type: ErrorType): Promise<HeadraceError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof HeadraceError, `no HeadraceError, but ${String(error)}`);
  assert.equal(error.type, type, error.message);
  return error;
}

void test('a file comes once, in ranges, is verified, linked for people, and costs nothing the second time', async (t) => {
  const fixture = await ready(t);
  const [first] = await downloadAll(fixture, fixture.activities(), fixture.resolution);
  assert.deepEqual(first, { files: 1, bytes: size, fetchedBytes: size, resumedBytes: 0, reusedFiles: 0 });
  await assertWhole(fixture);
  const stats = fixture.hub.stats();
  assert.equal(stats.files[served]?.bytes, size);
  assert.ok((stats.files[served]?.responses ?? 0) > 1);
  assert.equal(fixture.progress.at(-1)?.done, size);
  const commit = fixture.resolution.commitSha ?? '';
  const snapshot = join(
    dirname(dirname(fixture.path)),
    'snapshots',
    commit,
    'data/train-00000-of-00001.parquet',
  );
  assert.deepEqual(await readFile(snapshot), train);
  assert.ok((await readlink(snapshot)).startsWith('../../../blobs/'));
  fixture.hub.resetStats();
  const [second] = await downloadAll(fixture, fixture.activities(), fixture.resolution);
  assert.deepEqual(second, { files: 1, bytes: size, fetchedBytes: 0, resumedBytes: 0, reusedFiles: 1 });
  assert.deepEqual(fixture.hub.stats().requests, { hub: 0, storage: 0 });
});

void test('a signed URL is requested once for all ranges of a file', async (t) => {
  const fixture = await ready(t);
  await downloadAll(fixture, fixture.activities(), fixture.resolution);
  const { hub, storage } = fixture.hub.stats().requests;
  assert.equal(hub, 1);
  assert.equal(storage, 6);
});

void test('plain git files are verified by their blob id', async (t) => {
  const fixture = await ready(t, { data_files: 'small/*' });
  const results = await downloadAll(fixture, fixture.activities(), fixture.resolution);
  assert.equal(results.length, 2);
  assert.equal(await readFile(fixture.path, 'utf8'), '{"a":1}\n');
});

void test('a download whose connection drops continues from its last byte', async (t) => {
  const fixture = await ready(t);
  const fired = fixture.hub.fault({ path: '/storage/', kind: 'drop-after', bytes: 400_000, times: 4 });
  await downloadAll(fixture, fixture.activities(), fixture.resolution);
  await assertWhole(fixture);
  assert.equal(fired(), 4);
  const ranges = fixture.hub.requests().filter((request) => request.origin === 'storage');
  // What was sent may be lost between the two ends of a cut socket, but not more than that.
  assert.equal(ranges.length, 6 + 4);
  assert.ok((fixture.hub.stats().files[served]?.bytes ?? 0) <= size + 4 * 400_000);
  assert.equal(ranges.filter(({ range }) => /^bytes=(0|\d000000)-/.test(range ?? '')).length, 6);
});

void test('the next attempt continues an abandoned download and reports its start', async (t) => {
  const fixture = await ready(t);
  fixture.hub.fault({ path: '/storage/', kind: 'drop-after', bytes: 700_000, times: 1000 });
  const { resolution } = fixture.resolution;
  const impatient = fixture.activities({}, { tries: 1, connectionsPerFile: 1 });
  const error = await failure(
    impatient.downloadFiles({ resolution, from: 0, to: 1 }, fixture.work),
    'HubUnavailableError',
  );
  assert.match(error.message, /connection broke/);
  fixture.hub.clearFaults();
  fixture.hub.resetStats();
  const [result] = await downloadAll(fixture, fixture.activities(), fixture.resolution);
  assert.ok(result !== undefined && result.resumedBytes > 500_000, String(result?.resumedBytes));
  assert.equal(result.fetchedBytes + result.resumedBytes, size);
  assert.equal(fixture.hub.stats().files[served]?.bytes, result.fetchedBytes);
  assert.match(fixture.progress.at(-1)?.note ?? '', /^resumed from \d+ kB$/);
  await assertWhole(fixture);
});

void test('a signed URL that expires in the middle is requested again', async (t) => {
  const fixture = await ready(t);
  const fired = fixture.hub.fault({ path: '/storage/', kind: 'expire-url', times: 3 });
  await downloadAll(fixture, fixture.activities({}, { connectionsPerFile: 1 }), fixture.resolution);
  assert.equal(fired(), 3);
  assert.equal(fixture.hub.stats().requests.hub, 4);
  await assertWhole(fixture);
});

void test('URLs that are good for a moment only are enough', async (t) => {
  const fixture = await startFixture(t, files, { urlTtlSeconds: 1 });
  const resolution = await resolve(fixture, { dataset: 'o/n' });
  fixture.hub.fault({ path: '/storage/', kind: 'rate', bytesPerSecond: 1_500_000 });
  const activities = fixture.activities({}, { connectionsPerFile: 1, rangeBytes: 600_000 });
  const [result] = await downloadAll(fixture, activities, resolution);
  assert.equal(result?.fetchedBytes, size);
  const resolved = fixture.hub.requests().filter(({ path }) => path.includes('/resolve/'));
  assert.ok(resolved.length >= 3, `${resolved.length} resolves`);
});

void test('a 429 with Retry-After is waited out', async (t) => {
  const fixture = await ready(t);
  const fired = fixture.hub.fault({
    path: '/storage/',
    kind: 'status',
    status: 429,
    retryAfterSeconds: 0.2,
    times: 3,
  });
  await downloadAll(fixture, fixture.activities(), fixture.resolution);
  assert.equal(fired(), 3);
  await assertWhole(fixture);
});

void test('a silent connection is cut and resumed', async (t) => {
  const fixture = await ready(t);
  const fired = fixture.hub.fault({ path: '/storage/', kind: 'stall', bytes: 300_000, times: 2 });
  await downloadAll(fixture, fixture.activities({}, { stallMs: 400 }), fixture.resolution);
  assert.equal(fired(), 2);
  await assertWhole(fixture);
});

void test('a corrupt byte is noticed, and the file fetched once more', async (t) => {
  const fixture = await ready(t);
  fixture.hub.fault({ path: '/storage/', kind: 'corrupt', offset: 2_345_678 });
  const [result] = await downloadAll(fixture, fixture.activities(), fixture.resolution);
  assert.equal(result?.fetchedBytes, 2 * size);
  assert.equal(fixture.progress.at(-1)?.done, size);
  await assertWhole(fixture);
});

void test('bytes that stay corrupt end with the file, the expected and the found hash, and leave nothing to read', async (t) => {
  const fixture = await ready(t);
  fixture.hub.fault({ path: '/storage/', kind: 'corrupt', offset: 7, times: 1000 });
  const { resolution } = fixture.resolution;
  const work = fixture.activities().downloadFiles({ resolution, from: 0, to: 1 }, fixture.work);
  const error = await failure(work, 'HashMismatchError');
  const expected = createHash('sha256').update(train).digest('hex');
  assert.match(
    error.message,
    new RegExp(`train-00000-of-00001\\.parquet .*expected SHA-256 ${expected}, found [0-9a-f]{64}$`),
  );
  assert.deepEqual(await readdir(dirname(fixture.path)), []);
});

void test('bytes that another attempt threw away do not count as a failed check', async (t) => {
  const fixture = await ready(t);
  const activities = fixture.activities({}, { connectionsPerFile: 1, rangeBytes: size });
  const { resolution } = fixture.resolution;
  let damaged: Promise<void> | undefined;
  const result = await activities.downloadFiles(
    { resolution, from: 0, to: 1 },
    {
      ...fixture.work,
      progress: ({ done }) => {
        if (done === 0 || damaged !== undefined) return;
        // The request under way is not struck, the next one is.
        fixture.hub.fault({ path: '/storage/', kind: 'corrupt', offset: 7 });
        damaged = writeFile(fixture.path, 'damaged');
      },
    },
  );
  await damaged;
  assert.equal(result.fetchedBytes, 3 * size);
  await assertWhole(fixture);
});

void test('a corrupt byte that an earlier attempt left on disk is found, too', async (t) => {
  const fixture = await ready(t);
  await mkdir(dirname(fixture.path), { recursive: true });
  const wrong = Buffer.from(train);
  wrong[1000] = (wrong[1000] ?? 0) ^ 1;
  await writeFile(`${fixture.path}.part`, wrong);
  await writeFile(`${fixture.path}.part.ranges`, `0 ${size}\n`);
  const [result] = await downloadAll(fixture, fixture.activities(), fixture.resolution);
  assert.equal(result?.fetchedBytes, size);
  assert.equal(result.resumedBytes, 0);
  await assertWhole(fixture);
});

void test('what several attempts left is united, torn lines are left out, and ranges without a part count for nothing', async (t) => {
  const fixture = await ready(t);
  await mkdir(dirname(fixture.path), { recursive: true });
  const part = `${fixture.path}.part`;
  const holed = Buffer.concat([train.subarray(0, 2_000_000), Buffer.alloc(size - 2_000_000)]);
  train.copy(holed, 3_000_000, 3_000_000, 4_000_000);
  await writeFile(part, holed);
  await writeFile(`${part}.ranges`, '\n0 1500000\n1500000 53000');
  await appendFile(`${part}.ranges`, '\n1000000 2000000\n3000000 4000000\n9 9999999999\nnonsense\n12 34');
  const [result] = await downloadAll(fixture, fixture.activities(), fixture.resolution);
  assert.equal(result?.resumedBytes, 3_000_000);
  assert.equal(result.fetchedBytes, size - 3_000_000);
  await assertWhole(fixture);
  await rm(fixture.path);
  await appendFile(`${part}.ranges`, `0 ${size}\n`);
  const [again] = await downloadAll(fixture, fixture.activities(), fixture.resolution);
  assert.equal(again?.fetchedBytes, size);
  await assertWhole(fixture);
});

void test('a finished file that lost bytes is fetched again', async (t) => {
  const fixture = await ready(t);
  await downloadAll(fixture, fixture.activities(), fixture.resolution);
  await truncate(fixture.path, 1000);
  const [result] = await downloadAll(fixture, fixture.activities(), fixture.resolution);
  assert.equal(result?.fetchedBytes, size);
  await assertWhole(fixture);
});

void test('two downloads of one file in a process share it', async (t) => {
  const fixture = await ready(t);
  const activities = fixture.activities();
  const input = { resolution: fixture.resolution.resolution, from: 0, to: 1 };
  const results = await Promise.all(
    Array.from({ length: 3 }, () => activities.downloadFiles(input, fixture.work)),
  );
  assert.equal(fixture.hub.stats().files[served]?.bytes, size);
  assert.equal(results.filter((result) => result.reusedFiles === 1).length, 2);
  await assertWhole(fixture);
});

void test('two downloaders that share no lock both end with the right file', async (t) => {
  const fixture = await ready(t);
  const input = { resolution: fixture.resolution.resolution, from: 0, to: 1 };
  fixture.hub.fault({ path: '/storage/', kind: 'rate', bytesPerSecond: 4_000_000 });
  fixture.hub.fault({ path: '/storage/', kind: 'drop-after', bytes: 200_000, times: 5 });
  await Promise.all(
    [1, 2, 3].map((connectionsPerFile) =>
      fixture.activities({}, { connectionsPerFile }).downloadFiles(input, fixture.work),
    ),
  );
  await assertWhole(fixture);
});

void test('a caller that gives up leaves the file to the one that waits for it', async (t) => {
  const fixture = await ready(t);
  fixture.hub.fault({ path: '/storage/', kind: 'rate', bytesPerSecond: 3_000_000 });
  const activities = fixture.activities();
  const input = { resolution: fixture.resolution.resolution, from: 0, to: 1 };
  const cancel = new AbortController();
  let second: Promise<DownloadFilesResult> | undefined;
  const first = activities.downloadFiles(input, {
    signal: cancel.signal,
    progress: ({ done }) => {
      if (done > 0) second ??= activities.downloadFiles(input, fixture.work);
      if (done > 1_000_000) cancel.abort(new Error('cancelled'));
    },
  });
  await assert.rejects(first, /cancelled/);
  const result = await second;
  assert.ok(result !== undefined);
  assert.ok(result.resumedBytes > 0, 'nothing was resumed');
  assert.equal(result.fetchedBytes + result.resumedBytes, size);
  await assertWhole(fixture);
});

void test('the token goes to the Hub and never to the second origin', async (t) => {
  const fixture = await startFixture(t, {
    ...files,
    'datasets/o/n.hub.json': JSON.stringify({ gated: 'auto', accepted: ['ann'] }),
  });
  const env = { HF_TOKEN: 'hf_ann' };
  const resolution = await resolve(fixture, { dataset: 'o/n' }, env);
  await downloadAll(fixture, fixture.activities(env), resolution);
  const { requests, authorizationsAtStorage } = fixture.hub.stats();
  assert.ok(requests.storage > 0);
  assert.equal(authorizationsAtStorage, 0);
  const resolves = fixture.hub.requests().filter(({ path }) => path.includes('/resolve/'));
  assert.ok(resolves.length > 0 && resolves.every(({ hasAuthorization }) => hasAuthorization));
});

void test('a gate that closes between resolving and downloading has its own name', async (t) => {
  const fixture = await ready(t);
  await fixture.add({ 'datasets/o/n.hub.json': JSON.stringify({ gated: 'manual' }) });
  const input = { resolution: fixture.resolution.resolution, from: 0, to: 1 };
  await failure(fixture.activities().downloadFiles(input, fixture.work), 'HubTokenMissingError');
  await rm(join(fixture.dir, 'hub/datasets/o/n.hub.json'));
  await rm(join(fixture.dir, 'hub', served));
  const gone = await failure(
    fixture.activities().downloadFiles(input, fixture.work),
    'RevisionNotFoundError',
  );
  assert.match(gone.message, /has no revision/);
});

void test('a file of another size than announced is refused before it is read', async (t) => {
  const fixture = await ready(t);
  const server = createServer((request, response) => {
    const [, from = '0', to = '0'] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
    response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${size + 1}` });
    response.end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const input = { resolution: fixture.resolution.resolution, from: 0, to: 1 };
  const work = fixture
    .activities({ HF_ENDPOINT: `http://127.0.0.1:${port}` })
    .downloadFiles(input, fixture.work);
  assert.match(
    (await failure(work, 'HashMismatchError')).message,
    /has 5300001 bytes, and 5300000 in the Hub's listing/,
  );
});

void test('a file that the disk cannot hold is refused with the bytes it needs', async (t) => {
  const fixture = await ready(t);
  const { bavail, bsize } = await statfs(fixture.store.place);
  const listing = {
    files: [{ path: 'huge.parquet', sizeBytes: bavail * bsize + 5e9, sha256: 'a'.repeat(64) }],
    emptyFiles: [],
  };
  const { meta } = await readResolution(fixture.store, fixture.resolution.resolution);
  const resolution = await putResolution(fixture.store, meta, listing);
  const work = fixture.activities().downloadFiles({ resolution, from: 0, to: 1 }, fixture.work);
  assert.match(
    (await failure(work, 'DiskFullError')).message,
    /huge\.parquet needs .* more, and the disk of .* has .* free/,
  );
  assert.equal(fixture.hub.stats().requests.hub, 0);
});

void test('a disk that fills up in the middle is an error and keeps no half file, and the download continues after that', async (t) => {
  const mount = await smallDisk(t, 24_000_000);
  if (mount === undefined) return t.skip('mounting a small disk needs the right to');
  const bytes = someBytes(16_000_000, 7);
  const fixture = await startFixture(t, { [served]: bytes });
  const store = await openStore(join(mount, 'store'));
  const env = { HF_ENDPOINT: fixture.hub.url, HF_HOME: fixture.dir };
  const activities = createHubActivities(createHubAccess({ store, env, tuning: quick }));
  const source = sourceOf({ dataset: 'o/n' });
  const { resolution } = await activities.resolveSource({ source, out: fixture.out }, fixture.work);
  const { meta, files: listed } = await readResolution(store, resolution);
  const [file] = listed;
  assert.ok(file !== undefined);
  const path = await sourcePath(store, meta, file);
  fixture.hub.fault({ path: '/storage/', kind: 'rate', bytesPerSecond: 4_000_000 });
  // Somebody else takes the room while the bytes come.
  const ballast = join(mount, 'ballast');
  let taken: Promise<void> | undefined;
  const work = activities.downloadFiles(
    { resolution, from: 0, to: 1 },
    {
      ...fixture.work,
      progress: ({ done }) => {
        // Where less is left, what fits fills the disk as well.
        if (done > 1_000_000) taken ??= writeFile(ballast, Buffer.alloc(15_000_000)).catch(() => undefined);
      },
    },
  );
  const error = await failure(work, 'DiskFullError');
  assert.match(error.message, /No space left/);
  await taken;
  await assert.rejects(readFile(path), /ENOENT/);
  await rm(ballast);
  fixture.hub.clearFaults();
  const result = await activities.downloadFiles({ resolution, from: 0, to: 1 }, fixture.work);
  assert.ok(result.resumedBytes > 0);
  assert.ok((await readFile(path)).equals(bytes));
});

void test('errors of the second origin are waited out', async (t) => {
  const fixture = await ready(t);
  for (const status of [500, 502, 503])
    fixture.hub.fault({ path: '/storage/', kind: 'status', status, times: 2 });
  await downloadAll(fixture, fixture.activities(), fixture.resolution);
  await assertWhole(fixture);
});

void test('a file that changes upstream is refused by its size or its hash, and never mixed with the old one', async (t) => {
  const fixture = await ready(t);
  const input = { resolution: fixture.resolution.resolution, from: 0, to: 1 };
  const stop = new AbortController();
  fixture.hub.fault({ path: '/storage/', kind: 'rate', bytesPerSecond: 3_000_000 });
  const half = fixture.activities().downloadFiles(input, {
    signal: stop.signal,
    progress: ({ done }) => {
      if (done > size / 3) stop.abort(new Error('cancelled'));
    },
  });
  await assert.rejects(half, /cancelled/);
  fixture.hub.clearFaults();
  fixture.hub.fault({ path: '/storage/', kind: 'change', longerBytes: 5 });
  const longer = await failure(fixture.activities().downloadFiles(input, fixture.work), 'HashMismatchError');
  assert.match(longer.message, /has 5300005 bytes, and 5300000 in the Hub's listing/);
  fixture.hub.clearFaults();
  fixture.hub.fault({ path: '/storage/', kind: 'change' });
  const other = await failure(fixture.activities().downloadFiles(input, fixture.work), 'HashMismatchError');
  assert.match(
    other.message,
    /train-00000-of-00001\.parquet.*expected SHA-256 [0-9a-f]{64}, found [0-9a-f]{64}/,
  );
  await assert.rejects(readFile(fixture.path), /ENOENT/);
  fixture.hub.clearFaults();
  await downloadAll(fixture, fixture.activities(), fixture.resolution);
  await assertWhole(fixture);
});

void test('one large file comes over as many connections as there may be, and several files share them', async (t) => {
  const fixture = await startFixture(t, {
    [served]: someBytes(12_000_000, 3),
    'datasets/o/n/data/other-00000-of-00001.parquet': someBytes(12_000_000, 4),
  });
  fixture.hub.fault({ path: '/storage/', kind: 'rate', bytesPerSecond: 4_000_000 });
  const tuning = { connections: 6, connectionsPerFile: 6 };
  const one = await resolve(fixture, { dataset: 'o/n' });
  const both = await resolve(fixture, { name: 'both', dataset: 'o/n', data_files: 'data/*' });
  fixture.hub.resetStats();
  await downloadAll(fixture, fixture.activities({}, tuning), one);
  assert.equal(fixture.hub.stats().mostAtOnce, 6);
  await rm(join(fixture.store.place, 'hub'), { recursive: true });
  fixture.hub.resetStats();
  const activities = fixture.activities({}, tuning);
  await Promise.all(
    [0, 1].map((from) =>
      activities.downloadFiles({ resolution: both.resolution, from, to: from + 1 }, fixture.work),
    ),
  );
  assert.equal(fixture.hub.stats().mostAtOnce, 6);
});

void test('another recipe that names the same file finds it complete and fetches nothing', async (t) => {
  const fixture = await ready(t);
  await downloadAll(fixture, fixture.activities(), fixture.resolution);
  const out = join(fixture.dir, 'other-out');
  const source = sourceOf({ name: 'other', dataset: 'O/N', data_files: 'data/*.parquet' });
  const other = await fixture.activities().resolveSource({ source, out }, fixture.work);
  fixture.hub.resetStats();
  const results = await downloadAll(fixture, fixture.activities(), other);
  assert.deepEqual(results, [{ files: 1, bytes: size, fetchedBytes: 0, resumedBytes: 0, reusedFiles: 1 }]);
  assert.deepEqual(fixture.hub.stats().requests, { hub: 0, storage: 0 });
});

void test('a server that ignores ranges is read all the same', async (t) => {
  const fixture = await ready(t);
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': size });
    response.end(train);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const env = { HF_ENDPOINT: `http://127.0.0.1:${port}`, HF_HOME: fixture.dir };
  const activities = createHubActivities(createHubAccess({ store: fixture.store, env, tuning: quick }));
  const [result] = await downloadAll(fixture, activities, fixture.resolution);
  assert.equal(result?.fetchedBytes, size);
  await assertWhole(fixture);
});

void test('a small file is checked as a large one is: cut, damaged once, and damaged every time', async (t) => {
  for (const path of ['data/a.jsonl', 'data/a.parquet']) {
    const bytes = someBytes(2000);
    const fixture = await startFixture(t, { [`datasets/o/n/${path}`]: bytes });
    const resolution = await resolve(fixture, { dataset: 'o/n' });
    const cut = fixture.hub.fault({ path: '.*', kind: 'drop-after', bytes: 700 });
    const [result] = await downloadAll(fixture, fixture.activities(), resolution);
    assert.equal(cut(), 1, path);
    assert.equal(result?.bytes, 2000);

    const found = await readResolution(fixture.store, resolution.resolution);
    const [only] = found.files;
    assert.ok(only !== undefined);
    const stored = await sourcePath(fixture.store, found.meta, only);
    assert.ok((await readFile(stored)).equals(bytes));
    await rm(stored);
    const once = fixture.hub.fault({ path: '.*', kind: 'corrupt', offset: 1000, times: 1 });
    const [mended] = await downloadAll(fixture, fixture.activities(), resolution);
    assert.equal(once(), 1, path);
    assert.equal(mended?.fetchedBytes, 4000);
    assert.ok((await readFile(stored)).equals(bytes));

    await rm(stored);
    fixture.hub.fault({ path: '.*', kind: 'corrupt', offset: 1000, times: 10 });
    await assert.rejects(
      downloadAll(fixture, fixture.activities(), resolution),
      (error: unknown) =>
        error instanceof HeadraceError &&
        error.type === 'HashMismatchError' &&
        /failed its check twice: expected/.test(error.message),
    );
    assert.deepEqual(await readdir(dirname(stored)), []);
  }
});
