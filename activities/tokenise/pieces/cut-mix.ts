import type { Side } from '../../../core/contracts/mix.js';
import type { MixParts } from '../../mix/format/mix-part.js';
import type { PlannedPiece } from './token-plan.js';

/**
 * Cuts train.jsonl or heldout.jsonl into pieces of at most `maxBytes`: neighbouring buckets of one part of
 * the mix. A bucket is not cut.
 */
export function cutMix(parts: MixParts, side: Side, maxBytes: number): readonly PlannedPiece[] {
  const pieces: PlannedPiece[] = [];
  let [to, line] = [0, 0];
  for (const { key: part, sides } of parts) {
    const first = to;
    let open: PlannedPiece | undefined;
    for (const bucket of sides[side].buckets) {
      const lines = bucket.to - bucket.from;
      if (open === undefined || to + bucket.bytes - open.from > maxBytes) {
        if (open !== undefined) pieces.push(open);
        open = {
          side,
          part,
          firstEntry: bucket.from,
          start: to - first,
          from: to,
          to,
          firstLine: line,
          lines: 0,
        };
      }
      to += bucket.bytes;
      line += lines;
      open = { ...open, to, lines: open.lines + lines };
    }
    if (open !== undefined) pieces.push(open);
  }
  return pieces;
}
