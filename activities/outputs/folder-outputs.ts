import { constants } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoreMissing, isMissing } from '../../files/errno.js';
import { blocksOf } from '../../files/json-lines.js';
import { replaceFile, writeFileAtomic } from '../../files/write-atomic.js';
import type { Outputs } from './outputs.js';

/** Results in a folder of this disk, which is made with the first of them. */
export class FolderOutputs implements Outputs {
  readonly kind = 'folder';
  /** An absolute path. */
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  placeOf(name: string): string {
    return join(this.folder, name);
  }

  async write(name: string, text: string): Promise<void> {
    await writeFileAtomic(this.placeOf(name), text);
  }

  /**
   * A copy is not a hard link, so that an edit of the results cannot change the store. File systems with
   * reflinks share the blocks.
   */
  async copy(name: string, path: string): Promise<void> {
    const mode = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;
    await replaceFile(this.placeOf(name), (aside) => copyFile(path, aside, mode));
  }

  async read(name: string): Promise<string | undefined> {
    return await readFile(this.placeOf(name), 'utf8').catch(ignoreMissing);
  }

  async *blocks(name: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
    try {
      yield* blocksOf(this.placeOf(name), signal);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}
