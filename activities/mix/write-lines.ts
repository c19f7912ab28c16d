import { createHash } from 'node:crypto';
import type { JobContext } from '../threads/thread-pool.js';
import { LineGatherer } from './line-gatherer.js';
import type { MixedLines } from './mixed-lines.js';
import { UncachedWriter } from './uncached-writer.js';

export interface WriteLinesInput {
  readonly lines: MixedLines;
  /** The file to write. */
  readonly out: string;
}
export interface WrittenLines {
  readonly lines: number;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/**
 * Writes train.jsonl or heldout.jsonl, hashes what it writes, and waits for the disk. A job for a thread. Memory: two buckets or so.
 *
 * @throws {HeadraceError} ArtifactCorruptError where a run's bytes are not those that were converted.
 */
export async function writeLines(
  { lines, out }: WriteLinesInput,
  context: JobContext,
): Promise<WrittenLines> {
  const gatherer = new LineGatherer(lines);
  const hash = createHash('sha256');
  const writer = new UncachedWriter(out);
  let [written, bytes] = [0, 0];
  try {
    for (const { from, to } of lines.buckets) {
      const block = gatherer.gather(from, to);
      hash.update(block);
      await writer.write(block);
      written += to - from;
      bytes += block.length;
      context.progress(bytes);
    }
    await writer.flush();
  } finally {
    await writer.close();
  }
  return { lines: written, bytes, sha256: hash.digest('hex') };
}
