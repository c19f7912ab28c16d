import { open } from 'node:fs/promises';
import pLimit from 'p-limit';
import { HeadraceError } from '../../../core/errors.js';
import type { Count } from '../../../core/run/meter.js';
import { stretchBytes } from '../../../core/store/object-sizes.js';
import { inParallel } from '../../threads/in-parallel.js';
import type { ByteRange } from '../store.js';
import type { CachedFile } from './cache/cached-file.js';
import type { FileCache } from './cache/file-cache.js';
import { bytesIn, chunksOf, rangeOfChunk, type Chunked } from './chunked.js';
import { lostObject } from './lost-object.js';
import type { Objects, Target } from './objects.js';

/** Makes files of the bucket local, chunk by chunk, each verified by its SHA-256. */
export class Bringer {
  readonly #objects: Objects;
  readonly #cache: FileCache;
  readonly #onWarning: (message: string) => void;
  readonly #count: Count;
  /** Chunks that are on their way, by the inode of the image and their number. */
  readonly #coming = new Map<string, Promise<void>>();
  readonly #slots = pLimit(chunksAtOnce);

  constructor(options: {
    readonly objects: Objects;
    readonly cache: FileCache;
    /** Called where bytes changed on their way. */
    readonly onWarning: (message: string) => void;
    readonly count: Count;
  }) {
    this.#objects = options.objects;
    this.#cache = options.cache;
    this.#onWarning = options.onWarning;
    this.#count = options.count;
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
    const cached = await this.#cache.pin(file.name, path, facts);
    try {
      const chunks = chunksOf(file, ranges);
      const missing = await cached.missing(chunks);
      this.#counted('cache', bytesIn(file, chunks) - bytesIn(file, missing));
      await inParallel(missing, chunksAtOnce, signal, (chunk, both) =>
        this.#chunk(file, chunk, cached, both),
      );
    } finally {
      await cached.close();
    }
  }

  /** Puts a file at `path` that has these ranges alone. They are not verified, and the cache is not used. */
  async bringExactly(
    file: Chunked,
    ranges: readonly ByteRange[],
    path: string,
    signal: AbortSignal,
  ): Promise<void> {
    const target = await open(path, 'wx');
    try {
      await target.truncate(file.sizeBytes);
      const stretches = ranges.flatMap((range) => stretchesOf(file, range));
      await inParallel(stretches, stretchesAtOnce, signal, async (stretch, both) => {
        await this.#get(file, stretch, { descriptor: target.fd }, both);
      });
    } finally {
      await target.close();
    }
  }

  async #chunk(file: Chunked, chunk: number, cached: CachedFile, signal: AbortSignal): Promise<void> {
    const id = `${cached.inode}/${chunk}`;
    for (let coming = this.#coming.get(id); coming !== undefined; coming = this.#coming.get(id)) {
      // Where it fails or is cancelled elsewhere, it is fetched here.
      await coming.catch(() => undefined);
      if ((await cached.missing([chunk])).length === 0) return;
    }
    const fetching = this.#slots(() => this.#fetch(file, chunk, cached, signal)).finally(() =>
      this.#coming.delete(id),
    );
    this.#coming.set(id, fetching);
    await fetching;
  }

  async #fetch(file: Chunked, chunk: number, cached: CachedFile, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const range = rangeOfChunk(file, chunk);
    const { claims } = this.#cache;
    await this.#cache.withRoom(range.to - range.from, () =>
      claims.withClaim(`${cached.inode}-${chunk}`, signal, async (isUnshared) => {
        // Another process may have fetched it since.
        if ((await cached.missing([chunk])).length === 0) return;
        await this.#verified(file, chunk, { descriptor: cached.image.fd, isUnshared }, signal);
        await cached.mark(chunk);
      }),
    );
  }

  /** Fetches a chunk. Wrong bytes are fetched again: only the same wrong ones are those of the object. */
  async #verified(
    file: Chunked,
    chunk: number,
    to: Pick<Target, 'descriptor' | 'isUnshared'>,
    signal: AbortSignal,
  ): Promise<void> {
    const range = rangeOfChunk(file, chunk);
    // No bytes have an empty digest.
    const expected = file.digests[chunk] ?? '';
    const wrong = new Set<string | undefined>();
    for (;;) {
      const digest = await this.#get(file, range, { ...to, sha256: expected }, signal);
      if (digest === expected) return;
      if (wrong.has(digest)) throw await this.#damaged(file, range);
      wrong.add(digest);
      const { key } = file.object(range);
      if (wrong.size < mostWrong) {
        const stretch = `bytes ${range.from} to ${range.to}`;
        this.#onWarning(`${this.#objects.place}/${key} came with wrong ${stretch}; they are read again`);
        continue;
      }
      throw new HeadraceError(
        'StoreUnavailableError',
        `${this.#objects.place}/${key} had other bytes each time that it was read (${file.shown})`,
      );
    }
  }

  /** Writes a range to its place in a file. Where a SHA-256 is expected, returns that of the bytes. */
  async #get(
    file: Chunked,
    range: ByteRange,
    to: Omit<Target, 'at'>,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { key, range: within } = file.object(range);
    const received = await this.#objects.download(key, within, { ...to, at: range.from }, signal);
    this.#counted('store', received?.sizeBytes ?? 0);
    if (received?.sizeBytes === range.to - range.from) return received.sha256;
    if (received !== undefined) throw await this.#damaged(file, range);
    await file.forget(this.#objects, key);
    throw lostObject(`${this.#objects.place}/${key} is gone, which belongs to ${file.shown}`);
  }

  #counted(from: 'cache' | 'store', value: number): void {
    this.#count({ counter: 'cache', value, labels: { from } });
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

/** Chunks that are fetched at a time. */
const chunksAtOnce = 6;
/** Ranges of one file past the cache that are fetched at a time. */
const stretchesAtOnce = 8;
/** Different wrong contents after which the fault is not the object's. */
const mostWrong = 4;
/** Parts of a range, each inside one object and of a size that a request may have. */
function stretchesOf({ objectBytes }: Chunked, { from, to }: ByteRange): ByteRange[] {
  const stretches: ByteRange[] = [];
  for (let at = from; at < to;) {
    const end = Math.min(to, at + stretchBytes, (Math.floor(at / objectBytes) + 1) * objectBytes);
    stretches.push({ from: at, to: end });
    at = end;
  }
  return stretches;
}
