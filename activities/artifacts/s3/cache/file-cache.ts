import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadraceError } from '../../../../core/errors.js';
import { formatBytes } from '../../../../core/format.js';
import { hasCode, ignoreMissing } from '../../../../files/errno.js';
import { namesIn } from '../../../../files/names-in.js';
import { makeScratch } from '../../../../files/scratch.js';
import { bootMark } from '../../../../files/process-id.js';
import { sha256 } from '../../../../files/sha256.js';
import { CachedFile, names } from './cached-file.js';
import { ChunkClaims } from './chunk-claims.js';

/** The bytes on the disk are counted anew when this part of the limit was written: others write as well. */
const countEvery = 1 / 16;

interface Entry {
  readonly dir: string;
  readonly bytes: number;
  readonly isPinned: boolean;
  readonly usedMs: number;
}

/**
 * Copies of objects on this disk, within a limit. Several processes may share it. Files in use are pinned
 * and stay; the others go, those first that were used longest ago. So the disk holds at most the limit, or
 * what is pinned where that is more.
 *
 * Nothing is flushed: the files of a boot are not trusted after another one.
 */
export class FileCache {
  /** Of the chunks of its files. */
  readonly claims: ChunkClaims;
  readonly #root: string;
  readonly #folder: string;
  readonly #limitBytes: number;
  /** As last counted, with what this process has made room for since. */
  #usedBytes = Infinity;
  #sinceCount = 0;
  /** Those that have room and are not written yet: a count does not find them on the disk. */
  #comingBytes = 0;
  /** The count under way. */
  #trimming: Promise<void> = Promise.resolve();

  private constructor(root: string, folder: string, claims: ChunkClaims, limitBytes: number) {
    this.#root = root;
    this.#folder = folder;
    this.claims = claims;
    this.#limitBytes = limitBytes;
  }

  /** @param root - of the workplace. */
  static async open(root: string, limitBytes: number): Promise<FileCache> {
    const folder = await folderOfBoot(join(root, 'brought'));
    const claims = new ChunkClaims(await folderOfBoot(join(root, 'claims')));
    return new FileCache(root, folder, claims, limitBytes);
  }

  /** Bytes of the disk that the copies take now. */
  async usedBytes(): Promise<number> {
    return (await this.#entries()).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Pins a file.
   *
   * @param name - of the original; equal names mean equal content.
   * @param path - where the job has it.
   */
  async pin(
    name: string,
    path: string,
    file: { readonly sizeBytes: number; readonly chunks: number },
  ): Promise<CachedFile> {
    const dir = join(this.#folder, sha256(name).toString('hex', 0, 20));
    return await CachedFile.pin(dir, path, file, () => makeScratch(this.#root));
  }

  /** Calls `write` when there is room for so many bytes, which it writes. */
  async withRoom(bytes: number, write: () => Promise<void>): Promise<void> {
    this.#comingBytes += bytes;
    this.#usedBytes += bytes;
    this.#sinceCount += bytes;
    try {
      await this.#trimWhereFull();
      await write();
    } finally {
      this.#comingBytes -= bytes;
    }
  }

  /** Removes what is beyond the limit, when files are no longer pinned. */
  async released(): Promise<void> {
    if (this.#usedBytes !== Infinity) await this.#trimWhereFull();
  }

  async #trimWhereFull(): Promise<void> {
    if (!this.#mustCount()) return;
    const before = this.#trimming.catch(() => undefined);
    this.#trimming = before.then(async () => {
      if (this.#mustCount()) await this.#trim();
    });
    await this.#trimming;
  }

  /** A DiskFullError that names the cache where `error` means that its disk is full, else `error` itself. */
  asDiskFull(error: unknown): unknown {
    if (!hasCode(error, 'ENOSPC') && !hasCode(error, 'EDQUOT')) return error;
    return new HeadraceError('DiskFullError', `No space left on the disk of the cache ${this.#root}`, {
      remedy: `Free space there, name a folder on a larger disk as HEADRACE_CACHE, or lower HEADRACE_CACHE_BYTES (now ${formatBytes(this.#limitBytes)}); then retry.`,
      cause: error,
    });
  }

  #mustCount(): boolean {
    return this.#usedBytes > this.#limitBytes || this.#sinceCount > this.#limitBytes * countEvery;
  }

  async #trim(): Promise<void> {
    const coming = this.#comingBytes;
    this.#sinceCount = 0;
    const entries = await this.#entries();
    let onDisk = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    // What gets room during the count is in none of the others.
    const used = (): number => onDisk + coming + this.#sinceCount;
    const unused = entries.filter(({ isPinned }) => !isPinned).sort((a, b) => a.usedMs - b.usedMs);
    for (const entry of unused) {
      if (used() <= this.#limitBytes) break;
      await this.#remove(entry.dir);
      onDisk -= entry.bytes;
    }
    this.#usedBytes = used();
  }

  async #entries(): Promise<Entry[]> {
    const found: Entry[] = [];
    for (const name of await namesIn(this.#folder)) {
      const dir = join(this.#folder, name);
      const image = await stat(join(dir, names.image)).catch(ignoreMissing);
      const marks = await stat(join(dir, names.marks)).catch(ignoreMissing);
      if (image === undefined || marks === undefined) continue;
      // The image's name in the cache is one link, that of each job another one.
      const isPinned = image.nlink > 1;
      found.push({ dir, bytes: image.blocks * 512, isPinned, usedMs: marks.mtimeMs });
    }
    return found;
  }

  /** Moves the folder away first: another process must not find half of it. */
  async #remove(dir: string): Promise<void> {
    const aside = await makeScratch(this.#root);
    try {
      await rename(dir, join(aside, 'removed'));
    } catch (error) {
      ignoreMissing(error);
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  }
}

/** A folder in `all` for this boot; those of earlier ones are removed. */
async function folderOfBoot(all: string): Promise<string> {
  const boot = bootMark();
  await mkdir(join(all, boot), { recursive: true });
  for (const other of await namesIn(all))
    if (other !== boot) await rm(join(all, other), { recursive: true, force: true });
  return join(all, boot);
}
