import type { CompositionRow } from '../contracts/mix.js';
import { formatCount, plural } from '../format.js';

/** Notes for users on how rows of a grouped format became conversations; other formats have none. */
export function groupNotes(
  row: Pick<CompositionRow, 'rows' | 'read' | 'gaps' | 'unfinished' | 'collapsedRows'>,
): string[] {
  const notes: string[] = [];
  if (row.rows !== row.read)
    notes.push(`${formatCount(row.rows)} rows make ${formatCount(row.read)} conversations`);
  if ((row.collapsedRows ?? 0) > 0)
    notes.push(`${plural(row.collapsedRows ?? 0, 'row')} equal to another one, counted once`);
  if ((row.gaps ?? 0) > 0) notes.push(`${plural(row.gaps ?? 0, 'dialogue')} with a missing turn, kept`);
  if ((row.unfinished ?? 0) > 0)
    notes.push(`${plural(row.unfinished ?? 0, 'dialogue')} without an end, kept`);
  return notes;
}
