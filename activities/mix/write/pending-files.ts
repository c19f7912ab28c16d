import { constants } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asDiskFull } from '../../../files/room.js';
import { nameOfThisProcess, removeOfDeadProcesses } from '../../../files/scratch.js';
import { fsyncPath } from '../../../files/write-atomic.js';

const suffix = '.tmp';

/**
 * Complete files under temporary names in a folder, until {@link publish} renames them. An earlier result is
 * replaced only by complete files.
 */
export class PendingFiles {
  readonly #folder: string;
  readonly #files: { readonly aside: string; readonly path: string }[] = [];

  /** @param folder - an existing folder. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Adds a file. Files that killed processes left are removed.
   *
   * @param write - writes the file of the given path, which does not exist yet, and flushes it.
   * @throws {HeadraceError} DiskFullError; the temporary file is removed.
   */
  async add<Facts>(name: string, write: (aside: string) => Promise<Facts>): Promise<Facts> {
    const path = join(this.#folder, name);
    const aside = `${path}.${nameOfThisProcess()}${suffix}`;
    try {
      await removeOfDeadProcesses(this.#folder, { prefix: `${name}.`, suffix });
      const facts = await write(aside);
      this.#files.push({ aside, path });
      return facts;
    } catch (error) {
      await rm(aside, { force: true });
      throw asDiskFull(error, this.#folder);
    }
  }

  /**
   * Adds a copy of a file. It is not a hard link, so that an edit of the results cannot change the store.
   * File systems with reflinks share the blocks.
   */
  async addCopy(from: string, name: string): Promise<void> {
    await this.add(name, async (aside) => {
      await copyFile(from, aside, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      await fsyncPath(aside);
    });
  }

  /** Gives the files their names, in the order in which they were added. */
  async publish(): Promise<void> {
    for (const { aside, path } of this.#files) {
      await rename(aside, path);
      await fsyncPath(this.#folder);
    }
  }

  /** Removes the files that were not published. */
  async discard(): Promise<void> {
    for (const { aside } of this.#files) await rm(aside, { force: true });
  }
}
