import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { HeadraceError } from '../../../core/errors.js';
import { sha256 } from '../../../files/sha256.js';
import type { ByteRange } from '../store.js';
import type { CachedFile } from './cache/cached-file.js';
import type { FileCache } from './cache/file-cache.js';
import { chunksOf, rangeOfChunk, type Chunked } from './chunked.js';
import type { Objects } from './objects.js';

/** Makes files of the bucket local, chunk by chunk, each verified by its SHA-256. */
export class Bringer {
  readonly #objects: Objects;
  readonly #cache: FileCache;
  /** Chunks that are on their way, by the inode of the image and their number. */
  readonly #coming = new Map<string, Promise<void>>();

  constructor(objects: Objects, cache: FileCache) {
    this.#objects = objects;
    this.#cache = cache;
  }

  /**
   * Puts a file of the cache at `path`, with those of its chunks that the ranges touch.
   *
   * @param ranges - @default the whole file
   */
  async bring(
    file: Chunked,
    ranges: readonly ByteRange[] | undefined,
    path: string,
    signal: AbortSignal,
  ): Promise<void> {
    const facts = { sizeBytes: file.sizeBytes, chunks: file.digests.length };
    try {
      const cached = await this.#cache.pin(file.name, path, facts);
      try {
        const missing = await cached.missing(chunksOf(file, ranges));
        await Promise.all(missing.map((chunk) => this.#chunk(file, chunk, cached, signal)));
      } finally {
        await cached.close();
      }
    } catch (error) {
      throw this.#cache.asDiskFull(error);
    }
  }

  /** Puts a file at `path` that has these ranges alone. They are not verified, and the cache is not used. */
  async bringExactly(file: Chunked, ranges: readonly ByteRange[], path: string): Promise<void> {
    try {
      const target = await open(path, 'wx');
      try {
        await target.truncate(file.sizeBytes);
        await Promise.all(ranges.flatMap((range) => this.#stretches(file, range, target)));
      } finally {
        await target.close();
      }
    } catch (error) {
      throw this.#cache.asDiskFull(error);
    }
  }

  #stretches(file: Chunked, range: ByteRange, target: FileHandle): Promise<void>[] {
    return stretchesOf(file, range).map(async (stretch) => {
      const bytes = await this.#get(file, stretch);
      if (bytes.length !== stretch.to - stretch.from) throw await this.#damaged(file, stretch);
      await target.write(bytes, 0, bytes.length, stretch.from);
    });
  }

  async #chunk(file: Chunked, chunk: number, cached: CachedFile, signal: AbortSignal): Promise<void> {
    const id = `${cached.inode}/${chunk}`;
    const coming = this.#coming.get(id);
    if (coming !== undefined) return await coming;
    const fetching = this.#fetch(file, chunk, cached, signal).finally(() => this.#coming.delete(id));
    this.#coming.set(id, fetching);
    await fetching;
  }

  async #fetch(file: Chunked, chunk: number, cached: CachedFile, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const range = rangeOfChunk(file, chunk);
    await this.#cache.reserve(range.to - range.from);
    const bytes = await this.#verified(file, chunk, range);
    await cached.image.write(bytes, 0, bytes.length, range.from);
    await cached.mark(chunk);
  }

  /** The bytes of a chunk. Wrong ones are fetched again: only the same wrong ones are those of the object. */
  async #verified(file: Chunked, chunk: number, range: ByteRange): Promise<Buffer> {
    const wrong = new Set<string>();
    for (;;) {
      const bytes = await this.#get(file, range);
      const digest = sha256(bytes).toString('hex');
      if (digest === file.digests[chunk]) return bytes;
      if (wrong.has(digest)) throw await this.#damaged(file, range);
      wrong.add(digest);
      if (wrong.size < mostWrong) continue;
      const { key } = file.object(range);
      throw new HeadraceError(
        'StoreUnavailableError',
        `${this.#objects.place}/${key} had other bytes each time that it was read (${file.shown})`,
      );
    }
  }

  async #get(file: Chunked, range: ByteRange): Promise<Buffer> {
    const { key, range: within } = file.object(range);
    const bytes = await this.#objects.get(key, within);
    if (bytes !== undefined) return bytes;
    await file.forget(this.#objects, key);
    throw new HeadraceError(
      'ArtifactMissingError',
      `${this.#objects.place}/${key} is gone, which belongs to ${file.shown}`,
      {
        remedy:
          'Look whether a lifecycle rule of the bucket deletes objects of the store, and end it. Then start the run again: what is missing is made again.',
      },
    );
  }

  async #damaged(file: Chunked, range: ByteRange): Promise<HeadraceError> {
    const { key } = file.object(range);
    await file.forget(this.#objects, key);
    return new HeadraceError(
      'ArtifactCorruptError',
      `${this.#objects.place}/${key} does not have the bytes that were written (${file.shown}, bytes ${range.from} to ${range.to}); the store has dropped it`,
      { remedy: 'Start the run again: what was dropped is made again.' },
    );
  }
}

/** Different wrong contents after which the fault is not the object's. */
const mostWrong = 4;
/** The most bytes of one request past the cache. */
const stretchBytes = 16 << 20;

/** Parts of a range, each inside one chunk and of a size that a request may have. */
function stretchesOf({ chunkBytes }: Chunked, { from, to }: ByteRange): ByteRange[] {
  const stretches: ByteRange[] = [];
  for (let at = from; at < to;) {
    const end = Math.min(to, at + stretchBytes, (Math.floor(at / chunkBytes) + 1) * chunkBytes);
    stretches.push({ from: at, to: end });
    at = end;
  }
  return stretches;
}
