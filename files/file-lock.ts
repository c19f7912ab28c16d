import { mkdir, rename, rm, rmdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, ignoreMissing, isMissing } from './errno.js';
import { namesIn } from './names-in.js';
import { processState } from './process-id.js';
import { nameOfThisProcess, processOfName } from './scratch.js';

/** The holder touches its file this often … */
const refreshMs = 2000;
/**
 * … and loses the lock after so long without a touch. A holder whose process is known to be gone loses it at
 * once.
 */
const deadAfterMs = 15_000;

/**
 * A lock between processes on one disk. It is a folder with one file, named after the attempt that holds it.
 *
 * - Taking it is the rename of a prepared folder, which fails while the folder at `path` has a file in it.
 * - The file of a dead holder is removed by its own name. So two processes that find the same dead holder
 *   cannot remove each other's lock: each removes only the file that it has found.
 *
 * A holder that is frozen for long can lose the lock without notice. {@link isHeld} is valid for the moment
 * only; {@link replace} acts only while the lock is held.
 */
export class FileLock {
  /** Whether the last refresh found the lock taken by another attempt. */
  isLost = false;
  readonly #path: string;
  readonly #attempt: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(path: string, attempt: string) {
    this.#path = path;
    this.#attempt = attempt;
    // An error of the disk appears in the holder's own work as well.
    this.#timer = setInterval(() => void this.#refresh().catch(() => undefined), refreshMs).unref();
  }

  /**
   * Takes the lock, or returns `undefined` while another attempt holds it.
   *
   * @param path - of the lock itself, in a folder that exists.
   */
  static async tryTake(path: string): Promise<FileLock | undefined> {
    const attempt = nameOfThisProcess();
    const aside = `${path}.${attempt}`;
    await mkdir(aside);
    try {
      await writeFile(join(aside, attempt), '');
      while (!(await renameIntoPlace(aside, path))) if (!(await removeDeadHolders(path))) return undefined;
      return new FileLock(path, attempt);
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  }

  async isHeld(): Promise<boolean> {
    return (await stat(this.#file).catch(ignoreMissing)) !== undefined;
  }

  /**
   * Replaces the file at `target`, on the same disk, as a whole and gives the lock back, both in one rename.
   * Returns false, and leaves the file as it is, where the lock was lost: no other holder's change is
   * overwritten.
   */
  async replace(target: string, content: string): Promise<boolean> {
    try {
      await writeFile(this.#file, content, { flag: 'r+', flush: true });
      await rename(this.#file, target);
      return true;
    } catch (error) {
      if (!isMissing(error)) throw error;
      return false;
    }
  }

  /** Gives the lock back, once or more often. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    await unlink(this.#file).catch(ignoreMissing);
    await rmdir(this.#path).catch(ignoreOther);
  }

  get #file(): string {
    return join(this.#path, this.#attempt);
  }

  async #refresh(): Promise<void> {
    const now = new Date();
    try {
      await utimes(this.#file, now, now);
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.isLost = true;
    }
  }
}

/** Puts the prepared folder at `path`. False where the folder there has a file in it. */
async function renameIntoPlace(aside: string, path: string): Promise<boolean> {
  try {
    await rename(aside, path);
    return true;
  } catch (error) {
    if (isOccupied(error)) return false;
    throw error;
  }
}

/** Removes the files of dead holders. False where one of them is alive. */
async function removeDeadHolders(path: string): Promise<boolean> {
  for (const name of await namesIn(path)) {
    if (!(await isDead(join(path, name), name))) return false;
    await unlink(join(path, name)).catch(ignoreMissing);
  }
  return true;
}

async function isDead(file: string, name: string): Promise<boolean> {
  if (processState(processOfName(name) ?? '') === 'gone') return true;
  const found = await stat(file).catch(ignoreMissing);
  return found !== undefined && Date.now() - found.mtimeMs > deadAfterMs;
}

function isOccupied(error: unknown): boolean {
  return hasCode(error, 'ENOTEMPTY') || hasCode(error, 'EEXIST');
}

/** The next holder is there already, or has given the lock back. */
function ignoreOther(error: unknown): void {
  if (!isOccupied(error) && !isMissing(error)) throw error;
}
