import { createHash } from 'node:crypto';
import { read } from 'node:fs';
import { promisify } from 'node:util';
import type { JobContext } from '../../threads/job.js';

/** Large enough that hashing is bound by the hash, small enough to stay in a core's cache. */
const chunkBytes = 4 << 20;

/** Input of {@link hashFile}. */
export interface HashFileInput {
  /** Of an open file. Threads share descriptors, so the hashed file is the one that the caller checked. */
  readonly descriptor: number;
  readonly sizeBytes: number;
}

const readAsync = promisify(read);

/**
 * SHA-256 of the first `sizeBytes` bytes of a file, hex; `undefined` where it has fewer. Reports progress in
 * bytes.
 */
export async function hashFile(
  { descriptor, sizeBytes }: HashFileInput,
  { progress }: JobContext,
): Promise<string | undefined> {
  const hash = createHash('sha256');
  const readInto = (into: Uint8Array, position: number): Promise<number> => {
    const reading = readAsync(descriptor, into, 0, into.length, position).then(({ bytesRead }) => bytesRead);
    // It is awaited later. Until then its failure must not end the process.
    reading.catch(() => undefined);
    return reading;
  };
  let [current, ahead] = [Buffer.alloc(chunkBytes), Buffer.alloc(chunkBytes)];
  let reading = readInto(current, 0);
  for (let position = 0; position < sizeBytes;) {
    const bytes = Math.min(await reading, sizeBytes - position);
    if (bytes === 0) return undefined;
    position += bytes;
    // The next read runs while this chunk is hashed.
    reading = readInto(ahead, position);
    hash.update(current.subarray(0, bytes));
    progress(position);
    [current, ahead] = [ahead, current];
  }
  await reading;
  return hash.digest('hex');
}
