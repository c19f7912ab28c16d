import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ignoreMissing } from '../../files/errno.js';

/** Bytes of the images of a cache on the disk. */
interface Images {
  readonly bytes: number;
  /** Of those that a job uses. */
  readonly pinnedBytes: number;
}

/** What a cache had at most while `work` ran. It is looked at every few milliseconds. */
export async function watchCache<Result>(
  cache: string,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly most: Images; readonly looks: number }> {
  let most: Images = { bytes: 0, pinnedBytes: 0 };
  let looks = 0;
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const now = await imagesIn(cache);
      most = {
        bytes: Math.max(most.bytes, now.bytes),
        pinnedBytes: Math.max(most.pinnedBytes, now.pinnedBytes),
      };
      looks += 1;
      await sleep(5);
    }
  })();
  try {
    const result = await work();
    return { result, most, looks };
  } finally {
    over.abort();
    await watching;
  }
}

/** The images that a cache has now. */
export async function imagesIn(cache: string): Promise<Images> {
  const all = join(cache, 'brought');
  let [bytes, pinnedBytes] = [0, 0];
  for (const name of (await readdir(all, { recursive: true }).catch(ignoreMissing)) ?? []) {
    if (!name.endsWith('/image')) continue;
    const image = await stat(join(all, name)).catch(ignoreMissing);
    if (image === undefined) continue;
    bytes += image.blocks * 512;
    if (image.nlink > 1) pinnedBytes += image.blocks * 512;
  }
  return { bytes, pinnedBytes };
}
