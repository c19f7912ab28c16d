import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asDiskFull } from './room.js';
import { nameOfThisProcess } from './scratch.js';

/**
 * Replaces `path` as a whole and durably: writes beside it, flushes, renames, flushes the folder. Makes the
 * folder where it is missing.
 *
 * @throws {HeadraceError} DiskFullError; `path` is unchanged then.
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  await replaceFile(path, (aside) => writeFile(aside, content));
}

/**
 * As {@link writeFileAtomic}, with the file that `write` makes.
 *
 * @param write - writes the file of the given path, which does not exist yet.
 */
export async function replaceFile(path: string, write: (aside: string) => Promise<void>): Promise<void> {
  const dir = dirname(path);
  const aside = `${path}.${nameOfThisProcess()}.tmp`;
  try {
    await mkdir(dir, { recursive: true });
    await write(aside);
    await fsyncPath(aside);
    await rename(aside, path);
    await fsyncPath(dir);
  } catch (error) {
    await rm(aside, { force: true });
    throw asDiskFull(error, dir);
  }
}

/** Flushes a file or folder to disk. */
export async function fsyncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
