import { createHash } from 'node:crypto';

/** Large enough that hashing is bound by the hash, small enough to stay in a core's cache. */
const chunkBytes = 4 << 20;

/** Reads bytes into a buffer from a position; returns how many. */
export type ReadAt = (into: Uint8Array, position: number) => Promise<number>;

/**
 * SHA-256 of `sizeBytes` bytes, hex. `undefined` where there are fewer.
 *
 * @param onProgress - told how many bytes are hashed.
 */
export async function sha256Of(
  read: ReadAt,
  sizeBytes: number,
  onProgress: (done: number) => void,
): Promise<string | undefined> {
  const hash = createHash('sha256');
  const buffers: [Uint8Array, Uint8Array] = [Buffer.alloc(chunkBytes), Buffer.alloc(chunkBytes)];
  let position = 0;
  const readAhead = (into: Uint8Array): Promise<number> => {
    const reading = read(into, position);
    // Until it is waited for, its failure must not end the process.
    reading.catch(() => undefined);
    return reading;
  };
  let next = sizeBytes === 0 ? undefined : readAhead(buffers[0]);
  while (next !== undefined) {
    const bytes = Math.min(await next, sizeBytes - position);
    if (bytes === 0) return undefined;
    const [current, other] = buffers;
    position += bytes;
    // The next read is under way while this chunk is hashed.
    next = position < sizeBytes ? readAhead(other) : undefined;
    hash.update(current.subarray(0, bytes));
    onProgress(position);
    buffers.reverse();
  }
  return hash.digest('hex');
}
