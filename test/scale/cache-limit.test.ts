import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openS3Store } from '../../activities/artifacts/s3/open-s3-store.js';
import type { S3Store } from '../../activities/artifacts/s3/s3-store.js';
import { createHubAccess } from '../../activities/hub/hub-access.js';
import { importSource } from '../../activities/hub/import/import-source.js';
import { createHubActivities } from '../../activities/hub/index.js';
import { ThreadPool } from '../../activities/threads/thread-pool.js';
import { mixSources } from '../../client/mix/mix-sources.js';
import type { MixResult } from '../../core/contracts/mix.js';
import { imagesIn, watchCache } from '../support/disk-watch.js';
import { temporaryFolder } from '../support/folder.js';
import { s3Server } from '../support/s3.js';
import { scaleRecipe, writeChats } from '../support/scale-run.js';
import { quietWork } from '../support/work.js';

const threads = new ThreadPool(2);
/** The cache counts bytes between two looks at the disk, and the file system rounds them up to its blocks. */
const rounding = 1.05;
/** One request writes at most a chunk of a blob at a time, and six are under way. */
const underWay = 6 * (16 << 20);

async function mixOn(store: S3Store, path: string, out: string): Promise<MixResult> {
  const recipe = scaleRecipe(path);
  const [source] = recipe.sources;
  assert.ok(source !== undefined && store.medium.kind === 'objects');
  const hub = createHubAccess({ store, env: {}, threads });
  const imported = { name: source.name, patterns: [path], out };
  await importSource(hub, store.medium.objects, imported, quietWork());
  const { resolution } = await createHubActivities(hub).resolveSource({ source, out }, quietWork());
  const resolutions = new Map([[source.name, resolution]]);
  return await mixSources(recipe, { store, threads, out, resolutions, work: quietWork() });
}

void test('a mix larger than the cache has its bytes, and the disk holds the limit and what is in use', async (t) => {
  const path = await writeChats(await temporaryFolder(t), 100e6);
  const s3 = await s3Server(t);
  const cache = await temporaryFolder(t);
  const limit = 25e6;
  const open = async (place: string, env: Readonly<Record<string, string>>): Promise<S3Store> =>
    await openS3Store(place, {
      env: { ...s3.env, ...env },
      count: () => undefined,
      onWarning: (message) => assert.fail(message),
    });
  const unlimited = await open(`${s3.place}/unlimited`, { HEADRACE_CACHE: join(cache, 'unlimited') });
  const expected = await mixOn(unlimited, path, `${unlimited.place}/runs/mix`);

  const own = join(cache, 'limited');
  const store = await open(s3.place, { HEADRACE_CACHE: own, HEADRACE_CACHE_BYTES: String(limit) });
  const { result, most, looks } = await watchCache(own, () => mixOn(store, path, `${s3.place}/runs/mix`));
  t.diagnostic(`${most.bytes} bytes at most, ${most.pinnedBytes} in use, in ${looks} looks`);
  assert.equal(result.train.sha256, expected.train.sha256);
  assert.ok(looks > 50);
  assert.ok(most.bytes > limit / 2);
  assert.ok(most.bytes <= limit + most.pinnedBytes + underWay, `${most.bytes}`);
  assert.ok((await imagesIn(join(cache, 'unlimited'))).bytes > 2 * limit);
  const { bytes, pinnedBytes } = await imagesIn(own);
  assert.equal(pinnedBytes, 0);
  assert.ok(bytes <= limit * rounding, `${bytes} bytes are left`);
});
