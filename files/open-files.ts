import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { HeadraceError } from '../core/errors.js';

/**
 * Reads stretches of any number of files, of which a limited number is open at a time: a process may often
 * have no more than 1,024 files open. The one that was read longest ago is closed first. Close it when done.
 */
export class OpenFiles {
  readonly #most: number;
  /** By path, those read last at the end. */
  readonly #open = new Map<string, Promise<FileHandle>>();

  /** @param most - how many files are open at a time, at least 1. */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Reads `length` bytes from byte `from` on. Calls may overlap.
   *
   * @throws {HeadraceError} ArtifactCorruptError where the file ends before; {Error} where it cannot be
   *   opened.
   */
  async read(path: string, from: number, length: number): Promise<Buffer> {
    const file = await this.#handle(path);
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await file.read(bytes, 0, length, from);
    if (bytesRead !== length)
      throw new HeadraceError('ArtifactCorruptError', `${path} ends ${length - bytesRead} bytes early`);
    return bytes;
  }

  async close(): Promise<void> {
    const files = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(files.map(closeFile));
  }

  #handle(path: string): Promise<FileHandle> {
    const file = this.#open.get(path) ?? this.#openAfter(this.#dropOldest(), path);
    this.#open.delete(path);
    this.#open.set(path, file);
    return file;
  }

  /** Opens a file once another one is closed. One that cannot be opened is tried again by the next read. */
  #openAfter(closed: Promise<void> | undefined, path: string): Promise<FileHandle> {
    const opening = (async () => {
      await closed;
      return await open(path, 'r');
    })();
    opening.catch(() => {
      if (this.#open.get(path) === opening) this.#open.delete(path);
    });
    return opening;
  }

  #dropOldest(): Promise<void> | undefined {
    const [oldest] = this.#open;
    if (oldest === undefined || this.#open.size < this.#most) return undefined;
    const [path, file] = oldest;
    this.#open.delete(path);
    return closeFile(file);
  }
}

/** `FileHandle.close` waits for the reads that have begun. */
async function closeFile(file: Promise<FileHandle>): Promise<void> {
  // The reader of a file that cannot be opened has its error.
  const opened = await file.catch(() => undefined);
  await opened?.close();
}
