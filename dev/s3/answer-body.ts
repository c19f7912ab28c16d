import { Transform } from 'node:stream';
import type { S3Fault } from './faults.js';

/** The faults of one answer's body. */
export interface BodyFaults {
  /** Called when the connection is to be cut. */
  readonly cut: () => void;
  readonly faults: readonly S3Fault[];
  /** Called with the number of bytes of each chunk that passes. */
  readonly passed: (bytes: number) => void;
}

/** Passes a body on as the faults have it: cut, silent from a byte on, or with an inverted byte. */
export function faultyBody({ cut, faults, passed }: BodyFaults): Transform {
  const drop = faults.find((fault) => fault.kind === 'drop-after');
  const stall = faults.find((fault) => fault.kind === 'stall');
  const corrupt = faults.find((fault) => fault.kind === 'corrupt');
  const stopAt = drop?.bytes ?? stall?.bytes ?? Infinity;
  let offset = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const from = offset;
      offset += chunk.length;
      if (corrupt !== undefined && corrupt.offset >= from && corrupt.offset < offset) {
        const at = corrupt.offset - from;
        chunk[at] = (chunk[at] ?? 0) ^ 0xff;
      }
      const sent = offset <= stopAt ? chunk : chunk.subarray(0, Math.max(0, stopAt - from));
      passed(sent.length);
      if (sent.length > 0) this.push(sent);
      if (offset < stopAt) return done();
      // Without `done` no byte follows. A drop waits until those before it have left.
      if (drop !== undefined) setImmediate(cut);
    },
  });
}
