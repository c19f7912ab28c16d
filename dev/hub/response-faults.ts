import { defined } from '../../core/defined.js';
import type { ByteRange } from './byte-range.js';
import type { Faults } from './faults.js';

/** The faults of one response. */
export interface ResponseFaults {
  /** The bytes after which the connection is cut, or stays open and silent. */
  readonly stop?: { readonly bytes: number; readonly cut: boolean };
  /** Offset in the file of the byte that is inverted. */
  readonly corruptAt?: number;
  /** Whether all bytes are inverted. */
  readonly isChanged?: boolean;
  readonly bytesPerSecond?: number;
}

/** Takes the armed faults that apply to a response with these bytes of a file. */
export function takeResponseFaults(faults: Faults, path: string, { from, to }: ByteRange): ResponseFaults {
  const drop = faults.take('drop-after', path);
  const stall = drop === undefined ? faults.take('stall', path) : undefined;
  const corrupt = faults.take('corrupt', path, ({ offset }) => offset >= from && offset < to);
  const rate = faults.take('rate', path);
  const stopAt = drop ?? stall;
  return defined({
    stop: stopAt === undefined ? undefined : { bytes: stopAt.bytes, cut: drop !== undefined },
    corruptAt: corrupt?.offset,
    bytesPerSecond: rate?.bytesPerSecond,
  });
}

/** Inverts the bytes of a chunk that the faults damage. @param offset - of the chunk in the file. */
export function damageChunk(chunk: Buffer, offset: number, { corruptAt, isChanged }: ResponseFaults): void {
  if (corruptAt !== undefined && corruptAt >= offset && corruptAt < offset + chunk.length) {
    const index = corruptAt - offset;
    chunk[index] = (chunk[index] ?? 0) ^ 0xff;
  }
  if (isChanged === true) for (const [index, byte] of chunk.entries()) chunk[index] = byte ^ 0xff;
}
