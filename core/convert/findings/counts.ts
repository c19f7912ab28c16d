import { rejectReasons, type SourceCounts } from '../../contracts/conversion.js';

export const noCounts: SourceCounts = {
  rows: 0,
  read: 0,
  filtered: 0,
  rejected: 0,
  rejectedBy: {},
  converted: 0,
  unread: {},
  blankSystem: 0,
  trailing: 0,
  holds: { reasoning: 0, tools: 0, toolCalls: 0, weight: 0, names: 0 },
};

/** The most fields in `unread`. */
const maxUnread = 64;
/** Stands in `unread` for the fields beyond {@link maxUnread}. */
export const furtherUnread = '…';

/** The counts of two parts of a source together. */
export function addCounts(a: SourceCounts, b: SourceCounts): SourceCounts {
  const rejectedBy: SourceCounts['rejectedBy'] = Object.fromEntries(
    rejectReasons
      .map((reason) => [reason, (a.rejectedBy[reason] ?? 0) + (b.rejectedBy[reason] ?? 0)] as const)
      .filter(([, rows]) => rows > 0),
  );
  const optional = (key: 'nonFinite' | 'gaps' | 'unfinished' | 'collapsedRows') =>
    a[key] === undefined && b[key] === undefined ? {} : { [key]: (a[key] ?? 0) + (b[key] ?? 0) };
  return {
    rows: a.rows + b.rows,
    read: a.read + b.read,
    filtered: a.filtered + b.filtered,
    rejected: a.rejected + b.rejected,
    rejectedBy,
    converted: a.converted + b.converted,
    unread: addUnread(a.unread, b.unread),
    blankSystem: a.blankSystem + b.blankSystem,
    trailing: a.trailing + b.trailing,
    holds: {
      reasoning: a.holds.reasoning + b.holds.reasoning,
      tools: a.holds.tools + b.holds.tools,
      toolCalls: a.holds.toolCalls + b.holds.toolCalls,
      weight: a.holds.weight + b.holds.weight,
      names: a.holds.names + b.holds.names,
    },
    ...optional('nonFinite'),
    ...optional('gaps'),
    ...optional('unfinished'),
    ...optional('collapsedRows'),
  };
}

/** The count of rows with numbers that are not finite; absent where there are none. */
export function countedNonFinite(rows: number): Pick<SourceCounts, 'nonFinite'> {
  return rows === 0 ? {} : { nonFinite: rows };
}

function addUnread(a: SourceCounts['unread'], b: SourceCounts['unread']): SourceCounts['unread'] {
  const sums = new Map(Object.entries(a));
  for (const [name, conversations] of Object.entries(b)) countUnread(sums, name, conversations);
  return Object.fromEntries(sums);
}

/** Adds conversations in which the field `name` was not read. */
export function countUnread(sums: Map<string, number>, name: string, conversations: number): void {
  const fields = sums.size - Number(sums.has(furtherUnread));
  const key = sums.has(name) || fields < maxUnread ? name : furtherUnread;
  sums.set(key, (sums.get(key) ?? 0) + conversations);
}
