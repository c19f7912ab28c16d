import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openStore } from '../../activities/artifacts/open-store.js';
import { openS3Store } from '../../activities/artifacts/s3/open-s3-store.js';
import { ThreadPool } from '../../activities/threads/thread-pool.js';
import type { ForecastStage } from '../../core/forecast/forecast.js';
import { formatBytes } from '../../core/format.js';
import { blobChunkBytes } from '../../core/store/object-sizes.js';
import { CacheWatch, imagesIn, type Seen } from '../support/disk-watch.js';
import { temporaryFolder } from '../support/folder.js';
import { s3Server } from '../support/s3.js';
import { runUpToMix, writeChats } from '../support/scale-run.js';

interface Size {
  readonly bytes: number;
  readonly files: number;
  /** Of the cache, in bytes. */
  readonly limit: number;
}

const threads = new ThreadPool(2);
/** Files are equal in both, so that chunks are, which are in memory until they are verified. */
const small: Size = { bytes: 300e6, files: 12, limit: 100e6 };
const large: Size = { bytes: 3e9, files: 120, limit: 256e6 };
/** The file system rounds each image up to its blocks. */
const rounding = 1.01;

/** Chunks of a file are brought so many at a time. */
const chunksAtOnce = 6;

/**
 * Mixes over a bucket and checks the cache in each stage.
 *
 * @returns the most memory of the process, in bytes.
 */
async function mixWithin(t: TestContext, { bytes, files, limit }: Size): Promise<number> {
  const paths = await writeChats(await temporaryFolder(t), bytes, files);
  const folder = await temporaryFolder(t);
  const local = await openStore(join(folder, 'store'));
  const expected = await runUpToMix(local, paths, join(folder, 'out'), threads);
  await rm(folder, { recursive: true });

  const s3 = await s3Server(t);
  const cache = await temporaryFolder(t);
  let brought = 0;
  const store = await openS3Store(s3.place, {
    env: { ...s3.env, HEADRACE_CACHE: cache, HEADRACE_CACHE_BYTES: String(limit) },
    count: ({ counter, value, labels }) => {
      if (counter === 'cache' && labels?.['from'] === 'store') brought += value;
    },
    onWarning: (message) => assert.fail(message),
  });
  const stages = new Map<ForecastStage, Seen>();
  const watch = new CacheWatch(cache);
  t.after(() => watch.close());
  const { result } = await runUpToMix(store, paths, `${s3.place}/runs/mix`, threads, (stage) => {
    const seen = watch.take();
    stages.set(stage, seen);
    const [copies, inUse, memory] = [seen.bytes, seen.pinnedBytes, seen.rssBytes].map(formatBytes);
    const line = `${stage}: copies ${copies} at most, in use ${inUse}, memory ${memory}; ${seen.looks} looks`;
    t.diagnostic(line);
    process.stderr.write(`${formatBytes(bytes)}, ${line}\n`);
  });
  t.diagnostic(`${formatBytes(bytes)} mixed, ${formatBytes(brought)} brought, limit ${formatBytes(limit)}`);
  assert.equal(result.train.sha256, expected.result.train.sha256);
  assert.ok(brought > 3 * limit);
  const coming = chunksAtOnce * Math.min(blobChunkBytes, bytes / files);
  for (const [stage, seen] of stages) {
    const most = seen.pinnedBytes < limit ? limit : seen.pinnedBytes + coming;
    assert.ok(seen.bytes <= most * rounding, `${stage}: ${seen.bytes}`);
  }
  const { bytes: converting = 0, pinnedBytes: pinned = 0 } = stages.get('convert') ?? {};
  assert.ok(converting > limit / 2 && pinned < limit, 'the limit is what bounds the conversion');
  const left = imagesIn(cache);
  assert.equal(left.pinnedBytes, 0);
  assert.ok(left.bytes <= limit * rounding, `${left.bytes} bytes are left`);
  return Math.max(...[...stages.values()].map(({ rssBytes }) => rssBytes));
}

void test('in each stage of a mix larger than the cache, copies keep its limit, or are those in use and on their way where they are more; a tenth of further data, at most, is in memory', async (t) => {
  const memory = await mixWithin(t, small);
  const more = await mixWithin(t, large);
  const most = memory + (large.bytes - small.bytes) / 10;
  assert.ok(more < most, `${formatBytes(more)} instead of ${formatBytes(memory)}`);
});
