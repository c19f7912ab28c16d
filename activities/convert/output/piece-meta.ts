import { z } from 'zod';
import { rejectReasons, type SourceCounts } from '../../../core/contracts/conversion.js';

const count = z.int().min(0);

export const Counts = z.object({
  rows: count,
  read: count,
  filtered: count,
  rejected: count,
  rejectedBy: z.partialRecord(z.enum(rejectReasons), count),
  converted: count,
  gaps: count.exactOptional(),
  unfinished: count.exactOptional(),
  collapsedRows: count.exactOptional(),
});

/** What every artifact of a plan records of the rows that it was made of. */
export const ReadMeta = z.object({
  counts: Counts,
  /** Rows of each slice, of JSON Lines lines: the numbers of later slices of the file build on them. */
  sliceRows: z.array(count).readonly(),
});

/** `meta` of a `piece` artifact. */
export const PieceMeta = ReadMeta.extend({
  sortedRuns: z.array(z.object({ entries: count, bytes: count })).readonly(),
});
export type PieceMeta = z.infer<typeof PieceMeta>;

/** `meta` of a `scatter` artifact. Its counts are those of the rows that belong to no dialogue, which are all rejected. */
export const ScatterMeta = ReadMeta.extend({
  /** How many files of scattered rows it has. */
  files: count,
});
export type ScatterMeta = z.infer<typeof ScatterMeta>;

export const noCounts: SourceCounts = {
  rows: 0,
  read: 0,
  filtered: 0,
  rejected: 0,
  rejectedBy: {},
  converted: 0,
};

/** Sums the counts of pieces. */
export function addCounts(a: SourceCounts, b: SourceCounts): SourceCounts {
  const rejectedBy: SourceCounts['rejectedBy'] = Object.fromEntries(
    rejectReasons
      .map((reason) => [reason, (a.rejectedBy[reason] ?? 0) + (b.rejectedBy[reason] ?? 0)] as const)
      .filter(([, rows]) => rows > 0),
  );
  const optional = (key: 'gaps' | 'unfinished' | 'collapsedRows') =>
    a[key] === undefined && b[key] === undefined ? {} : { [key]: (a[key] ?? 0) + (b[key] ?? 0) };
  return {
    rows: a.rows + b.rows,
    read: a.read + b.read,
    filtered: a.filtered + b.filtered,
    rejected: a.rejected + b.rejected,
    rejectedBy,
    converted: a.converted + b.converted,
    ...optional('gaps'),
    ...optional('unfinished'),
    ...optional('collapsedRows'),
  };
}
