import { constants } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { nameOfThisProcess, removeOfDeadProcesses } from '../../../files/scratch.js';
import { asDiskFull } from '../../../files/room.js';
import { fsyncPath } from '../../../files/write-atomic.js';

/** A file that stands complete beside the place where it is to be. */
export interface ReadyFile {
  /** Gives it its name. */
  readonly show: () => Promise<void>;
  /** Removes it, unless it was shown. */
  readonly drop: () => Promise<void>;
}

const suffix = '.tmp';

/**
 * Has a file written beside `path`, so that it can be put there whole. What a process that was killed left of an earlier attempt
 * is removed.
 *
 * @param write - writes the file of the given name, which is not there yet, and waits for the disk.
 * @throws {HeadraceError} DiskFullError; nothing is left then.
 */
export async function readyFile(path: string, write: (aside: string) => Promise<void>): Promise<ReadyFile> {
  const aside = `${path}.${nameOfThisProcess()}${suffix}`;
  const drop = (): Promise<void> => rm(aside, { force: true });
  try {
    await mkdir(dirname(path), { recursive: true });
    await removeOfDeadProcesses(dirname(path), { prefix: `${basename(path)}.`, suffix });
    await write(aside);
  } catch (error) {
    await drop();
    throw asDiskFull(error, dirname(path));
  }
  return {
    drop,
    show: async () => {
      await rename(aside, path);
      await fsyncPath(dirname(path));
    },
  };
}

/**
 * A copy of a file, ready to be put at `path`. No hard link: whoever edits what is in `out` must not change the store.
 * Where the disk can share blocks, the copy costs nothing.
 */
export function readyCopy(from: string, path: string): Promise<ReadyFile> {
  return readyFile(path, async (aside) => {
    await copyFile(from, aside, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await fsyncPath(aside);
  });
}
