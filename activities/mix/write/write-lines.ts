import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { FileDigest } from '../../../core/contracts/mix.js';
import type { RunOptions } from '../../threads/thread-pool.js';
import type { MixDeps } from '../mix-deps.js';
import type { MixedLines } from './mixed-lines.js';
import type { Bucket } from '../plan/plan-lines.js';
import { UncachedWriter } from './uncached-writer.js';

/** What is hashed and handed on at a time, in a millisecond, so that the main thread sees to others in between. */
const sliceBytes = 1024 * 1024;
/** Memory for a bucket comes in multiples of this, so that most of it fits the next one, too. */
const roomBytes = 1024 * 1024;

/**
 * Writes train.jsonl or heldout.jsonl, hashes what it writes, and waits for the disk. Threads gather buckets ahead. Memory: as many
 * buckets as there are threads, and one.
 *
 * @param out - a file that is not there yet.
 * @throws {HeadraceError} ArtifactCorruptError where a run's bytes are not those that were converted.
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
      for (let at = 0; at < bucket.length; at += sliceBytes) {
        const slice = bucket.subarray(at, at + sliceBytes);
        hash.update(slice);
        await writer.write(slice);
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
  return { lines: lines.buckets.at(-1)?.to ?? 0, bytes, sha256: hash.digest('hex') };
}

/** The lines of each bucket in turn, good until the next one is asked for. */
async function* gatherAhead(
  { pool, threads }: MixDeps,
  { buckets, ...places }: MixedLines,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const left = new AbortController();
  const both = AbortSignal.any([signal, left.signal]);
  const spare: SharedArrayBuffer[] = [];
  const gather = async (bucket: Bucket): Promise<{ into: SharedArrayBuffer; bytes: number }> => {
    const { from, to, bytes } = bucket;
    const last = spare.pop();
    const into =
      last !== undefined && last.byteLength >= bytes
        ? last
        : new SharedArrayBuffer(Math.ceil(bytes / roomBytes) * roomBytes);
    await pool.run('gatherBucket', { places, from, to, bytes, into }, { signal: both });
    return { into, bytes };
  };
  const underWay: ReturnType<typeof gather>[] = [];
  const start = (bucket: Bucket | undefined): void => {
    if (bucket === undefined) return;
    const gathering = gather(bucket);
    // It is waited for in its turn.
    gathering.catch(() => undefined);
    underWay.push(gathering);
  };
  const rest = buckets.values();
  try {
    for (let ahead = 0; ahead <= threads; ahead += 1) start(rest.next().value);
    for (let gathering = underWay.shift(); gathering !== undefined; gathering = underWay.shift()) {
      const { into, bytes } = await gathering;
      yield Buffer.from(into, 0, bytes);
      spare.push(into);
      start(rest.next().value);
    }
  } finally {
    left.abort();
    await Promise.allSettled(underWay);
  }
}
