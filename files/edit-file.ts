import { mkdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileLock } from './file-lock.js';
import { asDiskFull } from './room.js';
import { removeOfDeadProcesses } from './scratch.js';
import { fsyncPath } from './write-atomic.js';

const pollMs = 20;

/**
 * Replaces a file by its edited content, one editor at a time among all processes of the disk. No edit is
 * lost: an editor whose lock was taken over, because it was frozen or on another machine, edits again from
 * what is there.
 *
 * @param edit - reads the file and returns its new content, `undefined` where it is to stay as it is. May be
 *   called again.
 * @throws {HeadraceError} DiskFullError; what `edit` throws; the signal's reason.
 */
export async function editFile(
  path: string,
  signal: AbortSignal,
  edit: () => Promise<string | undefined>,
): Promise<void> {
  const [dir, lockPath] = [dirname(path), `${path}.editing`];
  try {
    await mkdir(dir, { recursive: true });
    await removeOfDeadProcesses(dir, { prefix: `${basename(lockPath)}.`, suffix: '' });
    while (!(await editOnce(await takeLock(lockPath, signal), path, edit)));
    await fsyncPath(dir);
  } catch (error) {
    throw asDiskFull(error, dir);
  }
}

async function takeLock(path: string, signal: AbortSignal): Promise<FileLock> {
  for (;;) {
    signal.throwIfAborted();
    const lock = await FileLock.tryTake(path);
    if (lock !== undefined) return lock;
    // Spread, so that editors that wait together do not try together.
    await sleep(pollMs * (0.5 + Math.random()));
  }
}

/** False where the lock was lost before the file was replaced. */
async function editOnce(
  lock: FileLock,
  path: string,
  edit: () => Promise<string | undefined>,
): Promise<boolean> {
  try {
    const content = await edit();
    return content === undefined || (await lock.replace(path, content));
  } finally {
    await lock.release();
  }
}
