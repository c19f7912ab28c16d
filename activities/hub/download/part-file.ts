import { randomUUID } from 'node:crypto';
import { constants, open, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import pLimit from 'p-limit';
import { HeadraceError } from '../../../core/errors.js';
import { bytesOf, uniteRanges, type ByteRange } from '../../../core/hub/ranges.js';
import { fsyncPath } from '../../../files/write-atomic.js';
import { hasCode, isMissing } from '../../../files/errno.js';
import { namesIn } from '../../../files/names-in.js';

/** One flush at a time in this process: each takes a thread of Node's few, and the disk gains nothing from more. */
const oneFlush = pLimit(1);

export interface FlushLimits {
  /** So many written bytes for each connection are flushed together, at least two connections' worth; writers wait at twice as many. */
  readonly flushBytes: number;
  /** … or what was written in so many milliseconds. */
  readonly flushMs: number;
}

/**
 * A file on its way to `path`: `<path>.part`, of its full size from the start and never truncated, and beside it one
 * `<path>.part.<attempt>.ranges` an attempt, a line `start end` for bytes that are durable. The ranges of all attempts
 * together say what need not come again, so two attempts at a time are harmless: they write equal bytes to equal places.
 *
 * Flushes run beside the writing. What a kill can lose is at most four times `flushBytes` for each connection, and what
 * the connections have not told yet.
 */
export class PartFile {
  /** How many connections bring bytes of it. */
  connections = 0;
  private readonly recordPath: string;
  private recordFile: FileHandle | undefined;
  /** Written, and not yet known to be durable. */
  private pending: ByteRange[] = [];
  private pendingSince = 0;
  private flushing: Promise<void> | undefined;
  private flushFailure: { readonly error: unknown } | undefined;
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    private readonly inode: number,
    private readonly limits: FlushLimits,
    /** What earlier attempts left. */
    readonly durable: readonly ByteRange[],
  ) {
    this.recordPath = `${partOf(path)}.${randomUUID().slice(0, 8)}.ranges`;
  }

  static async open(path: string, sizeBytes: number, limits: FlushLimits): Promise<PartFile> {
    const { file, isNew } = await openPart(path);
    try {
      const found = await file.stat();
      // Ranges without their bytes say nothing.
      if (isNew) await removeRecords(path);
      if (found.size < sizeBytes) await file.truncate(sizeBytes);
      const durable = isNew ? [] : await durableRanges(path, sizeBytes);
      return new PartFile(path, file, found.ino, limits, durable);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** For a thread of this process that reads beside us, until {@link close}. */
  get descriptor(): number {
    return this.file.fd;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.file.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
    await this.wrote({ start: position, end: position + bytes.length });
    if (this.flushFailure !== undefined) throw this.flushFailure.error;
  }

  /**
   * Bytes are in the file, by {@link write} or by a thread that has the descriptor. Where the disk is slower than the
   * network, returns what the network has to wait for.
   */
  wrote(range: ByteRange): Promise<void> | undefined {
    if (this.pending.length === 0) this.pendingSince = Date.now();
    this.pending.push(range);
    const { flushBytes, flushMs } = this.limits;
    const waiting = bytesOf(this.pending);
    const isMuch = waiting >= flushBytes * Math.max(2, this.connections);
    if (isMuch || Date.now() - this.pendingSince >= flushMs) this.startFlush();
    else this.timer ??= setTimeout(() => this.startFlush(), flushMs);
    return isMuch ? this.flushing : undefined;
  }

  /** Makes everything written so far durable. */
  async flush(): Promise<void> {
    while (this.pending.length > 0 || this.flushing !== undefined) {
      this.startFlush();
      await this.flushing;
      if (this.flushFailure !== undefined) throw this.flushFailure.error;
    }
  }

  private startFlush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.flushing !== undefined || this.pending.length === 0) return;
    const ranges = this.pending;
    this.pending = [];
    this.flushing = oneFlush(() => this.record(ranges))
      .catch((error: unknown) => {
        this.flushFailure ??= { error };
      })
      .finally(() => {
        this.flushing = undefined;
      });
  }

  /** Makes written bytes durable, then says so: in this order, or a power cut would leave a lie. */
  private async record(ranges: readonly ByteRange[]): Promise<void> {
    await this.file.datasync();
    const lines = uniteRanges(ranges).map(({ start, end }) => `${start} ${end}\n`);
    this.recordFile ??= await open(this.recordPath, 'a');
    await this.recordFile.appendFile(lines.join(''));
  }

  /** True where an attempt has finished the file: nothing may be written any more, the verified bytes may be these. */
  async isPlaced(): Promise<boolean> {
    return (await inodeOf(this.path)) !== undefined;
  }

  /** Gives the verified bytes their name. False where another attempt has replaced the part and not finished yet. */
  async place(): Promise<boolean> {
    if (await this.isPlaced()) {
      await this.discard();
      return true;
    }
    if ((await inodeOf(partOf(this.path))) !== this.inode) return false;
    await this.file.sync();
    try {
      await rename(partOf(this.path), this.path);
    } catch (error) {
      if (isMissing(error)) return this.isPlaced();
      throw error;
    }
    await fsyncPath(dirname(this.path));
    await removeRecords(this.path);
    return true;
  }

  /** Throws the bytes away, so that the next attempt starts from nothing. */
  async discard(): Promise<void> {
    if ((await inodeOf(partOf(this.path))) !== this.inode) return;
    await rm(partOf(this.path), { force: true });
    await removeRecords(this.path);
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    await this.flushing;
    await this.recordFile?.close();
    await this.file.close();
  }
}

export function partOf(path: string): string {
  return `${path}.part`;
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
          `${partOf(path)} is a link, and no file of the store`,
          {
            cause: error,
            remedy: 'Remove it; the download begins anew.',
          },
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
  try {
    return (await stat(path)).ino;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function recordsOf(path: string): Promise<string[]> {
  const prefix = `${basename(partOf(path))}.`;
  return (await namesIn(dirname(path)))
    .filter((name) => name.startsWith(prefix) && name.endsWith('.ranges'))
    .map((name) => join(dirname(path), name));
}

async function removeRecords(path: string): Promise<void> {
  for (const record of await recordsOf(path)) await rm(record, { force: true });
}

/** The bytes of a file on its way to `path` that are on disk for sure, by all attempts together. */
export async function durableRanges(path: string, sizeBytes: number): Promise<ByteRange[]> {
  const ranges: ByteRange[] = [];
  for (const record of await recordsOf(path)) {
    const text = await readFile(record, 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return '';
      throw error;
    });
    // Only whole lines count: a crash may have cut the last one short.
    for (const [, start, end] of text.matchAll(/^(\d{1,15}) (\d{1,15})\n/gm))
      if (Number(end) <= sizeBytes) ranges.push({ start: Number(start), end: Number(end) });
  }
  return uniteRanges(ranges);
}
