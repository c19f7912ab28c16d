import { rejectReasons, type SourceCounts } from '../contracts/conversion.js';

export const noCounts: SourceCounts = {
  rows: 0,
  read: 0,
  filtered: 0,
  rejected: 0,
  rejectedBy: {},
  converted: 0,
};

/** The counts of two parts of a source together. */
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
