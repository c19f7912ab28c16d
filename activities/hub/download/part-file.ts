import { constants, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import pLimit from 'p-limit';
import { HeadraceError } from '../../../core/errors.js';
import { bytesOf, uniteRanges, type ByteRange } from '../../../core/hub/ranges.js';
import { hasCode, ignoreMissing, isMissing } from '../../../files/errno.js';
import { writeFully } from '../../../files/file-writer.js';
import { fsyncPath } from '../../../files/write-atomic.js';
import type { RangeTarget } from './fetch-range.js';
import { durableRanges, partOf, recordLines, recordOf, removeRecord } from './durable-ranges.js';

/**
 * One flush at a time in this process: each occupies one of Node's few threads, and a disk gains nothing from
 * more.
 */
const oneFlush = pLimit(1);

/** When written bytes are flushed. */
export interface FlushLimits {
  /** Written bytes for each connection that start a flush. With one connection, twice as many. */
  readonly flushBytes: number;
  /** Milliseconds after the first written byte that start a flush. */
  readonly flushMs: number;
}

/**
 * The unfinished file of `path`: `<path>.part`, of its full size from the start and never truncated. A record
 * beside it lists the durable bytes, see {@link durableRanges}. Two attempts at a time are harmless: they
 * write equal bytes to equal places.
 *
 * Flushes run beside the writing. A kill loses at most four times `flushBytes` for each connection, and the
 * bytes that the connections have not reported yet.
 */
export class PartFile implements RangeTarget {
  connections = 0;
  readonly start = 0;
  /** Bytes that earlier attempts left. */
  readonly durable: readonly ByteRange[];
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #inode: number;
  readonly #limits: FlushLimits;
  #record: FileHandle | undefined;
  /** Written, and perhaps not durable yet. */
  #pending: ByteRange[] = [];
  #pendingSince = 0;
  #flushing: Promise<void> | undefined;
  #flushFailure: { readonly error: unknown } | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(
    path: string,
    part: { readonly file: FileHandle; readonly inode: number; readonly durable: readonly ByteRange[] },
    limits: FlushLimits,
  ) {
    this.#path = path;
    this.#file = part.file;
    this.#inode = part.inode;
    this.durable = part.durable;
    this.#limits = limits;
  }

  static async open(path: string, sizeBytes: number, limits: FlushLimits): Promise<PartFile> {
    const { file, isNew } = await openPart(path);
    try {
      const { ino: inode, size } = await file.stat();
      // A record without its part is invalid.
      if (isNew) await removeRecord(path);
      if (size < sizeBytes) await file.truncate(sizeBytes);
      const durable = isNew ? [] : await durableRanges(path, sizeBytes);
      return new PartFile(path, { file, inode, durable }, limits);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** For threads of this process that read or write the file, until {@link close}. */
  get descriptor(): number {
    return this.#file.fd;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    await writeFully(this.#file, bytes, position);
    await this.wrote({ start: position, end: position + bytes.length });
    if (this.#flushFailure !== undefined) throw this.#flushFailure.error;
  }

  /**
   * Counts bytes that {@link write} or a thread with the descriptor has written. Where the disk is slower
   * than the network, returns a promise that the network has to wait for.
   */
  wrote(range: ByteRange): Promise<void> | undefined {
    if (this.#pending.length === 0) this.#pendingSince = Date.now();
    this.#pending.push(range);
    const { flushBytes, flushMs } = this.#limits;
    const isMuch = bytesOf(this.#pending) >= flushBytes * Math.max(2, this.connections);
    if (isMuch || Date.now() - this.#pendingSince >= flushMs) this.#startFlush();
    else this.#timer ??= setTimeout(() => this.#startFlush(), flushMs);
    return isMuch ? this.#flushing : undefined;
  }

  /** Makes everything written so far durable. */
  async flush(): Promise<void> {
    while (this.#pending.length > 0 || this.#flushing !== undefined) {
      this.#startFlush();
      await this.#flushing;
      if (this.#flushFailure !== undefined) throw this.#flushFailure.error;
    }
  }

  #startFlush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#flushing !== undefined || this.#pending.length === 0) return;
    const ranges = this.#pending;
    this.#pending = [];
    this.#flushing = oneFlush(() => this.#makeDurable(ranges))
      .catch((error: unknown) => {
        this.#flushFailure ??= { error };
      })
      .finally(() => {
        this.#flushing = undefined;
      });
  }

  /** Flushes before it records, so that after a power cut every recorded byte is on the disk. */
  async #makeDurable(ranges: readonly ByteRange[]): Promise<void> {
    await this.#file.datasync();
    this.#record ??= await open(recordOf(this.#path), 'a');
    await this.#record.appendFile(recordLines(uniteRanges(ranges)));
  }

  /**
   * Whether an attempt has finished the file. Then nothing may be written: the part may be the verified file.
   */
  async isPlaced(): Promise<boolean> {
    return (await inodeOf(this.#path)) !== undefined;
  }

  /**
   * Gives the verified bytes their name. False where another attempt has replaced the part and not finished
   * yet.
   */
  async place(): Promise<boolean> {
    if (await this.isPlaced()) {
      await this.discard();
      return true;
    }
    if ((await inodeOf(partOf(this.#path))) !== this.#inode) return false;
    await this.#file.sync();
    try {
      await rename(partOf(this.#path), this.#path);
    } catch (error) {
      if (isMissing(error)) return this.isPlaced();
      throw error;
    }
    await fsyncPath(dirname(this.#path));
    await removeRecord(this.#path);
    return true;
  }

  /** Removes the bytes and their record, so that the next attempt starts from nothing. */
  async discard(): Promise<void> {
    if ((await inodeOf(partOf(this.#path))) !== this.#inode) return;
    await rm(partOf(this.#path), { force: true });
    await removeRecord(this.#path);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#flushing;
    await this.#record?.close();
    await this.#file.close();
  }
}

async function openPart(path: string): Promise<{ readonly file: FileHandle; readonly isNew: boolean }> {
  for (;;) {
    try {
      // A link in the place of the part would lead the bytes elsewhere.
      return { file: await open(partOf(path), constants.O_RDWR | constants.O_NOFOLLOW), isNew: false };
    } catch (error) {
      if (hasCode(error, 'ELOOP'))
        throw new HeadraceError(
          'ArtifactCorruptError',
          `${partOf(path)} is a link, not a file of the store`,
          { cause: error, remedy: 'Remove it. The download then starts again.' },
        );
      if (!isMissing(error)) throw error;
    }
    try {
      return { file: await open(partOf(path), 'wx+'), isNew: true };
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

async function inodeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(ignoreMissing))?.ino;
}
