import { createHash, type Hash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { FileDigest } from '../../../core/contracts/mix.js';
import { together } from '../../threads/in-parallel.js';
import type { RunOptions } from '../../threads/pool-thread.js';
import { linesOf, type MixedLines, type PlacedBucket } from '../lines/mixed-lines.js';
import type { MixDeps } from '../mix-deps.js';
import { SharedRooms } from './shared-rooms.js';
import { alignment, UncachedWriter } from './uncached-writer.js';

/** Bytes that are hashed at a time: a millisecond of the main thread, which does other work in between. */
const blockBytes = 1024 * 1024;

/** Options of {@link writeLines}. */
export interface WriteLinesOptions extends RunOptions {
  /** Gets the bytes as well, where the file is a part of a whole. */
  readonly whole?: Hash;
}

/**
 * Writes train.jsonl, heldout.jsonl or a shard, hashes it and flushes it to the disk. Threads gather buckets
 * ahead, each into the memory that it is written from. Memory: one bucket more than there are threads.
 *
 * @param out - a file that does not exist yet.
 * @throws {HeadraceError} ArtifactCorruptError where a sorted run has changed since its conversion.
 */
export async function writeLines(
  deps: MixDeps,
  lines: MixedLines,
  out: string,
  { signal, onProgress, whole }: WriteLinesOptions,
): Promise<FileDigest> {
  const hash = createHash('sha256');
  const hashes = whole === undefined ? [hash] : [hash, whole];
  const writer = new UncachedWriter(out);
  let bytes = 0;
  try {
    for await (const { room, start, end } of gatherAhead(deps, lines, signal)) {
      const memory = Buffer.from(room);
      await together(
        signal,
        () => writer.write(memory, end),
        (both) => hashBlocks(hashes, memory.subarray(start, end), both),
      );
      bytes += end - start;
      onProgress?.(bytes);
    }
    await writer.flush();
  } finally {
    writer.close();
  }
  return { lines: linesOf(lines), bytes, sha256: hash.digest('hex') };
}

async function hashBlocks(hashes: readonly Hash[], bytes: Buffer, signal: AbortSignal): Promise<void> {
  for (let at = 0; at < bytes.length; at += blockBytes) {
    for (const hash of hashes) hash.update(bytes.subarray(at, at + blockBytes));
    await turn();
    signal.throwIfAborted();
  }
}

/** The lines of a bucket: bytes `[start, end)` of the room. */
interface Gathered {
  readonly room: SharedArrayBuffer;
  readonly start: number;
  readonly end: number;
}

/** The lines of each bucket in turn, valid until the next one is requested, and placed to be written. */
async function* gatherAhead(
  { jobs, threads }: MixDeps,
  { buckets, linesPaths }: MixedLines,
  signal: AbortSignal,
): AsyncGenerator<Gathered> {
  const left = new AbortController();
  const both = AbortSignal.any([signal, left.signal]);
  const rooms = new SharedRooms();
  let position = 0;
  const gather = async ({ entriesPath, from, to, bytes }: PlacedBucket): Promise<Gathered> => {
    const start = position % alignment;
    position += bytes;
    const room = rooms.take(start + bytes);
    const places = { entriesPath, linesPaths };
    await jobs.run('gatherBucket', { places, from, to, bytes, room, start }, { signal: both });
    return { room, start, end: start + bytes };
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
      const gathered = await next;
      yield gathered;
      rooms.giveBack(gathered.room);
      startNext();
    }
  } finally {
    left.abort();
    await Promise.allSettled(gathering);
  }
}
