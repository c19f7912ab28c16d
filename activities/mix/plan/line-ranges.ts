import { readEntries } from '../format/entry-file.js';
import { mixEntryAt } from '../format/mix-entry.js';

/** Lines with at most this many bytes between them are brought together: a request costs as much. */
const gapBytes = 256 * 1024;

/** The bytes of one sorted run that have lines of a part. */
export interface RunLines {
  /** Number of the sorted run. */
  readonly run: number;
  /** Rising, without overlaps. */
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
}

/**
 * Finds the bytes of the sorted runs that have the lines of some entries. A job for a thread.
 *
 * @param input.entriesPath - entries in the order of their keys: each run has their lines in this order.
 */
export async function lineRanges({
  entriesPath,
}: {
  readonly entriesPath: string;
}): Promise<readonly RunLines[]> {
  const runs = new Map<number, { from: number; to: number }[]>();
  for (const entry of readEntries(entriesPath)) {
    const run = entry.readUInt32LE(mixEntryAt.sortedRun);
    const from = entry.readUIntLE(mixEntryAt.offset, 6);
    const to = from + entry.readUInt32LE(mixEntryAt.length) + 1;
    const ranges = runs.get(run);
    const last = ranges?.at(-1);
    if (ranges === undefined) runs.set(run, [{ from, to }]);
    else if (last !== undefined && from >= last.from && from - last.to <= gapBytes)
      last.to = Math.max(last.to, to);
    else ranges.push({ from, to });
  }
  return [...runs].map(([run, ranges]) => ({ run, ranges: withoutOverlaps(ranges) }));
}

/** The entries of both sides follow each other, so a run has two series of rising ranges. */
function withoutOverlaps(
  ranges: readonly { readonly from: number; readonly to: number }[],
): readonly { readonly from: number; readonly to: number }[] {
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && from - last.to <= gapBytes) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return joined;
}
