import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openStore } from '../../../activities/artifacts/open-store.js';
import type { Objects } from '../../../activities/artifacts/s3/objects.js';
import { openObjects } from '../../../activities/artifacts/s3/open-s3-store.js';
import type { ArtifactStore } from '../../../activities/artifacts/store.js';
import { createHubAccess, type HubAccess } from '../../../activities/hub/hub-access.js';
import { createHubActivities } from '../../../activities/hub/index.js';
import { inspectSource } from '../../../activities/hub/resolve/inspect-source.js';
import { readResolution, wantedFile } from '../../../activities/hub/resolve/resolution.js';
import type { SourceResolution } from '../../../core/contracts/source.js';
import type { WorkContext } from '../../../core/progress.js';
import { Source } from '../../../core/recipe.js';
import { temporaryFolder } from '../../support/folder.js';
import { quick, someBytes, sourceOf } from '../../support/hub.js';
import { s3Server, type TestS3 } from '../../support/s3.js';

const large = someBytes(3_400_000, 5);
const work: WorkContext = { signal: new AbortController().signal, progress: () => undefined };
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Ready {
  readonly s3: TestS3;
  /** The bucket that recipes name, without the requests to it being counted. */
  readonly corpora: Objects;
  readonly pattern: string;
  readonly store: ArtifactStore;
  readonly hub: HubAccess;
  readonly resolve: (pattern?: string, updateLock?: boolean) => Promise<SourceResolution>;
  readonly contents: (resolution: SourceResolution) => Promise<readonly Buffer[]>;
}

/** @param kind - of the store. */
async function ready(context: TestContext, kind: 'folder' | 'bucket'): Promise<Ready> {
  const s3 = await s3Server(context);
  const dir = await temporaryFolder(context);
  const onWarning = (line: string): void => context.diagnostic(line);
  const corpora = await openObjects(`s3://${s3.bucket}/corpora`, {
    env: s3.env,
    onWarning,
    count: () => undefined,
  });
  await corpora.put('a/large.jsonl', large);
  await corpora.put('a/small.jsonl', Buffer.from('{"a":1}\n'));
  await corpora.put('a/empty.jsonl', Buffer.alloc(0));
  await corpora.put('a/notes.txt', Buffer.from('no data'));
  await corpora.put('a/deep/other.jsonl', Buffer.from('{"a":2}\n'));
  const place = kind === 'bucket' ? s3.place : join(dir, 'store');
  const store = await openStore(place, { env: s3.env, onWarning });
  const hub = createHubAccess({ store, env: { ...s3.env, HF_HOME: dir }, tuning: quick });
  s3.proxy.resetCounts();
  const pattern = `s3://${s3.bucket}/corpora/a/*.jsonl`;
  return {
    s3,
    corpora,
    pattern,
    store,
    hub,
    resolve: (files = pattern, updateLock = false) =>
      createHubActivities(hub).resolveSource(
        { source: sourceOf({ files }), out: join(dir, 'out'), updateLock },
        work,
      ),
    contents: async ({ resolution }) => {
      const { meta, files } = await readResolution(store, resolution);
      return await store.bring(
        files.map((file) => wantedFile(meta, file)),
        (paths) => Promise.all(paths.map((path) => readFile(path))),
      );
    },
  };
}

for (const kind of ['folder', 'bucket'] as const) {
  void test(`objects of a bucket are copied to a store in a ${kind}, hashed, and read once`, async (context) => {
    const { s3, store, resolve, contents } = await ready(context, kind);
    const found = await resolve();
    assert.deepEqual(
      [found.kind, found.files, found.bytes, found.emptyFiles],
      ['local', 2, large.length + 8, 1],
    );
    const { files } = await readResolution(store, found.resolution);
    assert.deepEqual(
      files.map((file) => [file.path, file.sha256]),
      [
        [`s3://${s3.bucket}/corpora/a/large.jsonl`, sha256(large)],
        [`s3://${s3.bucket}/corpora/a/small.jsonl`, sha256(Buffer.from('{"a":1}\n'))],
      ],
    );
    const [first, second] = await contents(found);
    assert.ok(first?.equals(large));
    assert.equal(second?.toString(), '{"a":1}\n');

    s3.proxy.resetCounts();
    assert.deepEqual({ ...(await resolve()), notes: found.notes }, found);
    const read = s3.proxy.counts().GetObject?.receivedBytes ?? 0;
    assert.ok(read < 10_000, `${read} bytes were read again`);
  });

  void test(`an object that is replaced is copied again to a store in a ${kind}`, async (context) => {
    const { corpora, resolve, contents } = await ready(context, kind);
    const before = await resolve();
    await corpora.put('a/small.jsonl', Buffer.from('{"a":9}\n'));
    const after = await resolve(undefined, true);
    assert.notEqual(after.resolution.key, before.resolution.key);
    assert.equal((await contents(after))[1]?.toString(), '{"a":9}\n');
    assert.equal((await contents(before))[1]?.toString(), '{"a":1}\n', 'the run before keeps its bytes');
  });

  void test(`an object that is replaced while it is copied to a ${kind} is an error`, async (context) => {
    const { s3, corpora, resolve } = await ready(context, kind);
    // The listing is of before, the bytes are of after.
    const waits = s3.proxy.fault({ kind: 'delay', ms: 400, operation: 'GetObject', path: /large/ });
    const resolved = assert.rejects(resolve(), { type: 'FileChangedError' });
    while (waits() === 0) await new Promise((done) => setTimeout(done, 5));
    await corpora.put('a/large.jsonl', someBytes(large.length, 6));
    await resolved;
  });
}

void test('a copy to a bucket that was cut off goes on with the chunks that are there', async (context) => {
  const { s3, resolve, contents } = await ready(context, 'bucket');
  const manifest = { operation: 'PutObject', path: /whole$/ } as const;
  s3.proxy.fault({ kind: 'error', status: 403, code: 'AccessDenied', ...manifest });
  await assert.rejects(resolve(), { type: 'StoreForbiddenError' });
  s3.proxy.clearFaults();
  const reads = s3.proxy.fault({ kind: 'delay', ms: 0, operation: 'GetObject', path: /corpora/ });
  const found = await resolve();
  assert.ok(reads() <= 1, `${reads()} reads of the source; at most that of the small object was left`);
  assert.ok((await contents(found))[0]?.equals(large));
});

void test('a pattern that matches nothing names what is there', async (context) => {
  const { s3, resolve } = await ready(context, 'folder');
  await assert.rejects(
    resolve(`s3://${s3.bucket}/corpora/a/*.parquet`),
    (error: Error & { type?: string }) => {
      assert.equal(error.type, 'FileNotFoundError');
      assert.match(error.message, /of 5 objects .* none matches: a\/deep|corpora\/a\/deep/);
      return true;
    },
  );
  await assert.rejects(resolve(`s3://${s3.bucket}/nothing/*.jsonl`), { type: 'FileNotFoundError' });
  await assert.rejects(resolve('s3://no-such-bucket/a.jsonl'), { type: 'BucketMissingError' });
});

void test('** crosses folders, and a key with a bracket is a key', async (context) => {
  const { s3, corpora, resolve } = await ready(context, 'folder');
  assert.equal((await resolve(`s3://${s3.bucket}/corpora/**/*.jsonl`)).files, 3);
  await corpora.put('a/[x].jsonl', Buffer.from('{"a":1}\n'));
  assert.equal((await resolve(`s3://${s3.bucket}/corpora/a/[x].jsonl`)).files, 1);
});

void test('an object is inspected and read by ranges without being copied', async (context) => {
  const { s3, hub, pattern, resolve } = await ready(context, 'bucket');
  const inspect = () => inspectSource(hub, { source: sourceOf({ files: pattern }), out: '/o' }, work);
  const [file] = (await inspect()).files;
  assert.deepEqual([file?.isWhole, file?.haveBytes], [false, 0]);
  assert.ok((await file?.read({ start: 1_000, end: 2_000 }))?.equals(large.subarray(1_000, 2_000)));
  assert.equal(s3.proxy.counts().PutObject, undefined);
  await resolve();
  const [copied] = (await inspect()).files;
  assert.deepEqual([copied?.isWhole, copied?.haveBytes], [true, large.length]);
  assert.ok((await copied?.read({ start: 1_000, end: 2_000 }))?.equals(large.subarray(1_000, 2_000)));
});

void test('a source has local files or objects of a bucket, not both', () => {
  const parsed = Source.safeParse({ name: 'a', files: ['a.jsonl', 's3://b-1/c.jsonl'] });
  assert.match(parsed.error?.message ?? '', /make two sources/);
  const bad = Source.safeParse({ name: 'a', files: 's3://Bad_Bucket/c.jsonl' });
  assert.match(bad.error?.message ?? '', /names no object; expected s3/);
});
