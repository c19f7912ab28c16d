import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from '../../files/errno.js';

/** Bytes of the images of a cache on the disk. */
interface Images {
  readonly bytes: number;
  /** Of those that a job uses: the image has a second name in the job's folder. */
  readonly pinnedBytes: number;
}

/** What a cache and this process had at most for a while. */
export interface Seen extends Images {
  /** Memory of the process, in bytes. */
  readonly rssBytes: number;
  readonly looks: number;
}

const nothing: Seen = { bytes: 0, pinnedBytes: 0, rssBytes: 0, looks: 0 };

/** Looks at a cache and at this process every few milliseconds until it is closed. */
export class CacheWatch {
  readonly #cache: string;
  readonly #timer: NodeJS.Timeout;
  #seen = nothing;

  constructor(cache: string) {
    this.#cache = cache;
    this.#timer = setInterval(() => this.#look(), 5);
  }

  /** What it had at most since the last call. */
  take(): Seen {
    this.#look();
    const seen = this.#seen;
    this.#seen = nothing;
    return seen;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { bytes, pinnedBytes } = imagesIn(this.#cache);
    const seen = this.#seen;
    this.#seen = {
      bytes: Math.max(seen.bytes, bytes),
      pinnedBytes: Math.max(seen.pinnedBytes, pinnedBytes),
      rssBytes: Math.max(seen.rssBytes, process.memoryUsage.rss()),
      looks: seen.looks + 1,
    };
  }
}

/**
 * The images that a cache has now. It blocks, so that nothing of this process comes between the first of them
 * and the last.
 */
export function imagesIn(cache: string): Images {
  const brought = join(cache, 'brought');
  let [bytes, pinnedBytes] = [0, 0];
  for (const boot of namesIn(brought))
    for (const name of namesIn(join(brought, boot))) {
      const image = statSync(join(brought, boot, name, 'image'), { throwIfNoEntry: false });
      if (image === undefined) continue;
      bytes += image.blocks * 512;
      if (image.nlink > 1) pinnedBytes += image.blocks * 512;
    }
  return { bytes, pinnedBytes };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
