import { cacheBytes, cacheFolder } from '../../activities/artifacts/s3/cache-folder.js';
import { FileCache } from '../../activities/artifacts/s3/cache/file-cache.js';
import { Workplace } from '../../activities/artifacts/workplace.js';
import type { Env } from '../../core/env.js';
import { HeadraceError } from '../../core/errors.js';
import { formatBytes } from '../../core/format.js';
import { freeBytes } from '../../files/room.js';
import { failed, passed, warned } from './checks.js';
import type { Check } from './checks.js';

const what = 'store cache';
/** Less than this cannot hold the scratch of one activity. */
const leastBytes = 500e6;
const remedy = 'Free space there, or name a folder on a larger disk as HEADRACE_CACHE.';

/** Whether the disk of this machine has room for scratch and for copies of a store in a bucket. */
export async function checkCache(env: Env): Promise<Check> {
  try {
    const limit = cacheBytes(env);
    const { root } = await Workplace.at(cacheFolder(env));
    const used = await (await FileCache.open(root, limit)).usedBytes();
    const free = await freeBytes(root);
    const message = `${formatBytes(free)} free on the disk of ${root}; copies take ${formatBytes(used)} of ${formatBytes(limit)}`;
    if (free < leastBytes) return failed(what, new HeadraceError('DiskFullError', message, { remedy }));
    return free < limit - used
      ? warned(what, `${message}, which is more than the disk has`, `${remedy} Or lower HEADRACE_CACHE_BYTES.`)
      : passed(what, message);
  } catch (error) {
    return failed(what, error);
  }
}
