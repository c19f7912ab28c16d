import { z } from 'zod';
import { rejectReasons, SourceCounts } from '../../../core/contracts/conversion.js';

const count = z.int().min(0);

/** `meta` of a `piece` artifact. */
export const PieceMeta = z.object({
  counts: SourceCounts,
  runs: z.array(z.object({ entries: count, bytes: count })),
  /** For each segment its rows, of JSON lines its lines: what line numbers of later segments build on. */
  segmentRows: z.array(count),
});
export type PieceMeta = z.infer<typeof PieceMeta>;

/** `meta` of a `scatter` artifact: `counts` has the rows that belong to no dialogue, all of them rejected. */
export const ScatterMeta = z.object({
  counts: SourceCounts,
  runs: count,
  segmentRows: z.array(count),
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
