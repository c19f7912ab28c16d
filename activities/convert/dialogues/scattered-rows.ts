import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { DialogueRow } from '../../../core/convert/dialogue.js';

export const scatterName = (run: number): string => `scatter-${run}.jsonl`;
/** Byte offsets of the partitions in the run: partitions + 1 numbers of 8 bytes, little-endian. */
export const scatterOffsetsName = (run: number): string => `scatter-${run}.offsets`;

/** One line of a scatter run: the row, and where it stands in its piece. */
const ScatteredRow = z.tuple([
  z.object({
    dialogueId: z.number(),
    responseId: z.number(),
    context: z.unknown(),
    response: z.unknown(),
    episodeDone: z.boolean(),
    filtered: z.record(z.string(), z.unknown()),
  }),
  z.object({ segment: z.int(), row: z.int(), rowGroup: z.int().exactOptional() }),
]);
export type ScatteredRow = readonly [
  DialogueRow,
  { readonly segment: number; readonly row: number; readonly rowGroup?: number },
];

/** The rows of one partition in one scatter artifact, in reading order. */
export function* readScattered(dir: string, runs: number, partition: number): Generator<ScatteredRow> {
  for (let run = 0; run < runs; run += 1) {
    const offsets = readFileSync(join(dir, scatterOffsetsName(run)));
    const from = Number(offsets.readBigUInt64LE(partition * 8));
    const to = Number(offsets.readBigUInt64LE((partition + 1) * 8));
    const bytes = readRange(join(dir, scatterName(run)), from, to);
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(0x0a, start);
      yield ScatteredRow.parse(JSON.parse(bytes.toString('utf8', start, end)));
      start = end + 1;
    }
  }
}

function readRange(path: string, from: number, to: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(to - from);
  const descriptor = openSync(path, 'r');
  try {
    for (let at = 0; at < bytes.length;) {
      const read = readSync(descriptor, bytes, at, bytes.length - at, from + at);
      if (read === 0) throw new Error(`${path} ends at byte ${from + at}, but its offsets say ${to}`);
      at += read;
    }
  } finally {
    closeSync(descriptor);
  }
  return bytes;
}
