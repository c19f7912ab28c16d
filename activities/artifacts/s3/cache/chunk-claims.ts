import { lstat, mkdir, readlink, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, ignoreMissing, isMissing } from '../../../../files/errno.js';
import { processMark, processState } from '../../../../files/process-id.js';

/** Pause before a claim of another process is looked at again. */
const lookAgainMs = 50;
/**
 * A claim of another container, whose processes cannot be seen here, holds for so long at most: it may be one
 * that was killed on this disk before. A chunk takes seconds.
 */
const mostUnseenMs = 60_000;

/**
 * Who may write a chunk to the cache before it is verified. Processes share the files of a cache, so that a
 * chunk which one has verified and reads must not get bytes of another one that are not verified yet.
 *
 * A claim is a symbolic link, which is made at once and with its content: the mark of the process. A process
 * that ends leaves its claims. They are not removed, for another process could have replaced them meanwhile.
 */
export class ChunkClaims {
  readonly #folder: string;
  readonly #mark = processMark();

  /** @param folder - exists, and is removed when the machine starts again. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Does `work` while no other process that is alive has the claim.
   *
   * @param id - of the chunk, among all files of the disk.
   * @param work - is called with `false` where a process has died with the claim: others may work as well.
   */
  async withClaim(id: string, signal: AbortSignal, work: (isAlone: boolean) => Promise<void>): Promise<void> {
    const path = join(this.#folder, id);
    for (;;) {
      signal.throwIfAborted();
      if (await this.#isTaken(path)) {
        try {
          await work(true);
        } finally {
          await unlink(path).catch(ignoreMissing);
        }
        return;
      }
      if (await isLeft(path)) {
        await work(false);
        return;
      }
      await sleep(lookAgainMs);
    }
  }

  /** Whether this process has the claim now. */
  async #isTaken(path: string): Promise<boolean> {
    try {
      await symlink(this.#mark, path);
      return true;
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false;
      if (!isMissing(error)) throw error;
      // Someone has emptied the cache.
      await mkdir(this.#folder, { recursive: true });
      return false;
    }
  }
}

/** Whether the claim is one of a process that has ended. */
async function isLeft(path: string): Promise<boolean> {
  const holder = await readlink(path).catch(ignoreMissing);
  if (holder === undefined) return false;
  const state = processState(holder);
  if (state !== 'unknown') return state === 'gone';
  const link = await lstat(path).catch(ignoreMissing);
  return link !== undefined && Date.now() - link.mtimeMs > mostUnseenMs;
}
