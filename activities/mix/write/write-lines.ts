import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { FileDigest } from '../../../core/contracts/mix.js';
import type { RunOptions } from '../../threads/pool-thread.js';
import { linesOf, type MixedLines, type PlacedBucket } from '../lines/mixed-lines.js';
import type { MixDeps } from '../mix-deps.js';
import { UncachedWriter } from './uncached-writer.js';

/**
 * Bytes that are hashed and written at a time: a millisecond of the main thread, which does other work in
 * between.
 */
const blockBytes = 1024 * 1024;
/** Memory for a bucket is a multiple of this, so that most of it fits a later bucket, too. */
const roomBytes = 1024 * 1024;

/**
 * Writes train.jsonl or heldout.jsonl, hashes it and flushes it to the disk. Threads gather buckets ahead.
 * Memory: one bucket more than there are threads.
 *
 * @param out - a file that does not exist yet.
 * @throws {HeadraceError} ArtifactCorruptError where a sorted run has changed since its conversion.
 */
export async function writeLines(
  deps: MixDeps,
  lines: MixedLines,
  out: string,
  { signal, onProgress }: RunOptions,
): Promise<FileDigest> {
  const hash = createHash('sha256');
  const writer = new UncachedWriter(out);
  let bytes = 0;
  try {
    for await (const bucket of gatherAhead(deps, lines, signal)) {
      for (let at = 0; at < bucket.length; at += blockBytes) {
        const block = bucket.subarray(at, at + blockBytes);
        hash.update(block);
        await writer.write(block);
        await turn();
        signal.throwIfAborted();
      }
      bytes += bucket.length;
      onProgress?.(bytes);
    }
    await writer.flush();
  } finally {
    await writer.close();
  }
  return { lines: linesOf(lines), bytes, sha256: hash.digest('hex') };
}

interface Gathered {
  readonly room: SharedArrayBuffer;
  readonly bytes: number;
}

/** The lines of each bucket in turn, valid until the next one is requested. */
async function* gatherAhead(
  { jobs, threads }: MixDeps,
  { buckets, linesPaths }: MixedLines,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const left = new AbortController();
  const both = AbortSignal.any([signal, left.signal]);
  const rooms = new Rooms();
  const gather = async ({ entriesPath, from, to, bytes }: PlacedBucket): Promise<Gathered> => {
    const room = rooms.take(bytes);
    const places = { entriesPath, linesPaths };
    await jobs.run('gatherBucket', { places, from, to, bytes, into: room }, { signal: both });
    return { room, bytes };
  };
  const gathering: Promise<Gathered>[] = [];
  const rest = buckets.values();
  const startNext = (): void => {
    const { value: bucket } = rest.next();
    if (bucket === undefined) return;
    const gathered = gather(bucket);
    // It is awaited later. Until then its failure must not be unhandled.
    gathered.catch(() => undefined);
    gathering.push(gathered);
  };
  try {
    for (let ahead = 0; ahead <= threads.size; ahead += 1) startNext();
    for (let next = gathering.shift(); next !== undefined; next = gathering.shift()) {
      const { room, bytes } = await next;
      yield Buffer.from(room, 0, bytes);
      rooms.giveBack(room);
      startNext();
    }
  } finally {
    left.abort();
    await Promise.allSettled(gathering);
  }
}

/** Reusable memory for buckets. */
class Rooms {
  readonly #spare: SharedArrayBuffer[] = [];

  take(bytes: number): SharedArrayBuffer {
    const spare = this.#spare.pop();
    if (spare !== undefined && spare.byteLength >= bytes) return spare;
    return new SharedArrayBuffer(Math.ceil(bytes / roomBytes) * roomBytes);
  }

  giveBack(room: SharedArrayBuffer): void {
    this.#spare.push(room);
  }
}
