import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openStore } from '../../../activities/artifacts/open-store.js';
import type { ArtifactStore } from '../../../activities/artifacts/store.js';
import { createHubAccess, type HubAccess } from '../../../activities/hub/hub-access.js';
import { importFile } from '../../../activities/hub/import/import-file.js';
import { importSource, type ImportOutcome } from '../../../activities/hub/import/import-source.js';
import { createHubActivities } from '../../../activities/hub/index.js';
import { digestLocalFile } from '../../../activities/hub/local/local-digest.js';
import { readResolution } from '../../../activities/hub/resolve/resolution.js';
import { noBatches } from '../../../core/batches.js';
import type { SourceResolution } from '../../../core/contracts/source.js';
import type { WorkContext } from '../../../core/progress.js';
import { temporaryFolder } from '../../support/folder.js';
import { quick, someBytes, sourceOf } from '../../support/hub.js';
import { s3Server, type TestS3 } from '../../support/s3.js';

/** The default size of a chunk. */
const chunkBytes = 16 << 20;
const large = someBytes(2 * chunkBytes + 5_000, 3);
const out = 's3://headrace-test/store/runs/r';

interface Machine {
  readonly store: ArtifactStore;
  readonly hub: HubAccess;
  readonly import: (patterns: readonly string[]) => Promise<ImportOutcome>;
  readonly resolve: (files: readonly string[]) => Promise<SourceResolution>;
}

interface Ready {
  readonly s3: TestS3;
  /** Folder with `large.jsonl`, `small.jsonl` and `empty.jsonl`. */
  readonly data: string;
  readonly machine: () => Promise<Machine>;
}

const work: WorkContext = { signal: new AbortController().signal, progress: () => undefined };

async function ready(context: TestContext): Promise<Ready> {
  const s3 = await s3Server(context);
  const dir = await temporaryFolder(context);
  const data = join(dir, 'data');
  await mkdir(data);
  await writeFile(join(data, 'large.jsonl'), large);
  await writeFile(join(data, 'small.jsonl'), '{"a":1}\n');
  await writeFile(join(data, 'empty.jsonl'), '');
  let machines = 0;
  return {
    s3,
    data,
    machine: async () => {
      machines += 1;
      const env = { ...s3.env, HEADRACE_CACHE: join(dir, `cache-${machines}`) };
      const store = await openStore(s3.place, { env, onWarning: (line) => context.diagnostic(line) });
      const hub = createHubAccess({ store, env: { HF_HOME: dir }, tuning: quick });
      const { medium } = store;
      assert.ok(medium.kind === 'objects');
      return {
        store,
        hub,
        import: (patterns) => importSource(hub, medium.objects, { name: 'corpus', patterns, out }, work),
        resolve: (files) =>
          createHubActivities(hub).resolveSource({ source: sourceOf({ files: [...files] }), out }, work),
      };
    },
  };
}

void test('files that one machine imports are read by another, which has none of them', async (context) => {
  const { s3, data, machine } = await ready(context);
  const pattern = join(data, '*.jsonl');
  const bytes = large.length + 8;
  const client = await machine();
  assert.deepEqual(await client.import([pattern]), { files: 2, bytes, sentBytes: bytes });
  await rm(data, { recursive: true });

  const worker = await machine();
  const found = await worker.resolve([pattern]);
  assert.deepEqual(
    { ...found, resolution: undefined },
    {
      name: 'corpus',
      resolution: undefined,
      kind: 'local',
      files: 2,
      bytes,
      emptyFiles: 1,
      downloads: noBatches,
      notes: ['1 empty file (0 bytes) is skipped: empty.jsonl'],
    },
  );
  const { meta, files, emptyFiles } = await readResolution(worker.store, found.resolution);
  assert.deepEqual(meta, { kind: 'imported' });
  assert.deepEqual(
    files.map(({ path, mtimeNs }) => [path, mtimeNs]),
    [
      [join(data, 'large.jsonl'), undefined],
      [join(data, 'small.jsonl'), undefined],
    ],
  );
  assert.deepEqual(emptyFiles, [join(data, 'empty.jsonl')]);
  const blobs = files.map(({ path, sizeBytes, sha256 = '' }) => ({
    blob: { oid: sha256, sizeBytes, name: path },
  }));
  await worker.store.bring(blobs, async ([first = '', second = '']) => {
    assert.ok((await readFile(first)).equals(large));
    assert.equal(await readFile(second, 'utf8'), '{"a":1}\n');
  });
  assert.ok(s3.proxy.counts().PutObject !== undefined);
});

void test('an import that was cut off sends only what is missing', async (context) => {
  const { s3, data, machine } = await ready(context);
  const path = join(data, 'large.jsonl');
  s3.proxy.fault({
    kind: 'error',
    status: 403,
    code: 'AccessDenied',
    operation: 'PutObject',
    path: /whole$/,
  });
  await assert.rejects((await machine()).import([path]), { type: 'StoreForbiddenError' });
  s3.proxy.clearFaults();
  const [digits = ''] = await readdir(join(s3.bucketDir, 'store/blobs'));
  const [oid = ''] = await readdir(join(s3.bucketDir, 'store/blobs', digits));
  await rm(join(s3.bucketDir, 'store/blobs', digits, oid, '000002'));
  const again = await (await machine()).import([path]);
  assert.deepEqual(again, { files: 1, bytes: large.length, sentBytes: 5_000 });
  assert.equal((await (await machine()).import([path])).sentBytes, 0);
});

void test('a file that has changed since it was hashed is an error, and stores nothing', async (context) => {
  const { s3, data, machine } = await ready(context);
  const path = join(data, 'large.jsonl');
  const { hub, store } = await machine();
  const { medium } = store;
  assert.ok(medium.kind === 'objects');
  const file = await digestLocalFile(hub, path, work.signal, () => undefined);
  await writeFile(path, someBytes(large.length, 4));
  const listener = { sent: () => undefined, had: () => undefined };
  await assert.rejects(importFile(medium.objects, file, work.signal, listener), {
    type: 'FileChangedError',
  });
  assert.equal(await readdir(join(s3.bucketDir, 'store/blobs')).catch(() => undefined), undefined);
});

void test('a worker that finds no import of the files says who can bring them', async (context) => {
  const { data, machine } = await ready(context);
  const [client, worker] = [await machine(), await machine()];
  const missing = (error: Error & { type?: string; remedy?: string }): boolean => {
    assert.equal(error.type, 'FileNotFoundError');
    assert.match(error.remedy ?? '', /headrace start/);
    return true;
  };
  await assert.rejects(worker.resolve([join(data, 'small.jsonl')]), missing);
  await client.import([join(data, 'small.jsonl')]);
  await assert.rejects(worker.resolve([join(data, 'large.jsonl')]), missing);
  assert.equal((await worker.resolve([join(data, 'small.jsonl')])).files, 1);
});
