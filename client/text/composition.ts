import { fatesOfConverted } from '../../core/contracts/mix.js';
import type { Composition, CompositionRow, Volume } from '../../core/contracts/mix.js';
import { findingNotes } from '../../core/convert/findings/unread-notes.js';
import { formatBytes, formatCount, formatPercent, plural } from '../../core/format.js';
import { groupNotes } from '../../core/mix/composition-notes.js';
import { fateNames, totalVolume } from '../../core/mix/volumes.js';
import { newTable } from './table.js';

/** A column of a table with a row for each source. */
interface Column {
  readonly head: string;
  readonly cell: (row: CompositionRow) => string;
  /** The cell in the last row, which is for all sources. @default empty, as a sum means nothing */
  readonly total?: (rows: readonly CompositionRow[]) => string;
}

/** A column of numbers with their sum. */
function summed(
  head: string,
  value: (row: CompositionRow) => number,
  format: (value: number) => string = formatCount,
): Column {
  return {
    head,
    cell: (row) => format(value(row)),
    total: (rows) => format(rows.reduce((sum, row) => sum + value(row), 0)),
  };
}

/** `read` is the sum of the columns after it. */
const fateColumns: readonly Column[] = [
  summed('read', ({ read }) => read),
  summed('filtered', ({ filtered }) => filtered),
  summed('rejected', ({ rejected }) => rejected),
  summed('duplicates', ({ duplicates }) => duplicates),
  summed('held out', ({ heldout }) => heldout),
  summed('unused', ({ heldoutUnused }) => heldoutUnused),
  summed('not selected', ({ notSelected }) => notSelected),
  summed('kept', ({ kept }) => kept),
];

const trainColumns: readonly Column[] = [
  { head: 'asked', cell: askedText },
  { head: 'share', cell: ({ realisedShare }) => formatPercent(realisedShare) },
  summed('kept', ({ kept }) => kept),
  { head: 'copies', cell: ({ repeat }) => formatCount(repeat) },
  summed('lines', ({ lines }) => lines),
  summed('size', ({ bytes }) => bytes, formatBytes),
  summed('assistant chars', ({ assistantChars }) => assistantChars),
];

const volumeColumns: readonly Column[] = fatesOfConverted.map((fate) => ({
  head: fateNames[fate].replace(', ', ',\n'),
  cell: ({ volumes }) => volumeText(volumes[fate]),
  total: (rows) => volumeText(totalVolume(rows.map(({ volumes }) => volumes[fate]))),
}));

/**
 * The composition of a mix: counts of the conversations read by their fate, the content of train.jsonl, and
 * sentences about rejected rows, duplicates and the source that limited the mix.
 */
export function compositionText({ sources }: Composition): string {
  return [
    'What became of every conversation (held out: in heldout.jsonl; unused: held out, beyond heldout.rows)',
    tableOf(sources, fateColumns),
    'What is in train.jsonl',
    tableOf(sources, trainColumns),
    'Text by what became of it (bytes of the lines, characters of assistant text)',
    tableOf(sources, volumeColumns),
    ...sources.flatMap((row) => [
      ...notesOf(row).map((note) => `${row.name}: ${note}`),
      ...findingNotes(row),
    ]),
  ].join('\n');
}

function tableOf(rows: readonly CompositionRow[], columns: readonly Column[]): string {
  const table = newTable(
    ['source', ...columns.map(({ head }) => head)],
    columns.map((_, index) => index + 1),
  );
  for (const row of rows) table.push([row.name, ...columns.map(({ cell }) => cell(row))]);
  if (rows.length > 1) table.push(['all', ...columns.map(({ total }) => total?.(rows) ?? '')]);
  return table.toString();
}

function askedText({ askedShare, askedRows }: CompositionRow): string {
  if (askedShare !== undefined) return formatPercent(askedShare);
  return askedRows === undefined ? '' : plural(askedRows, 'row');
}

function volumeText({ bytes, assistantChars }: Volume): string {
  return `${formatBytes(bytes)}\n${formatCount(assistantChars)}`;
}

function notesOf(row: CompositionRow): string[] {
  const notes = groupNotes(row);
  if (row.rejected > 0) notes.push(`rejected: ${countList(row.rejectedBy)}`);
  if (row.duplicates > 0) notes.push(`duplicates: ${countList(row.duplicatesBy, duplicateOf(row.name))}`);
  if (row.limiting) notes.push('limited the mix: it has too few conversations for its share');
  return notes;
}

function duplicateOf(source: string): (winner: string) => string {
  return (winner) => (winner === source ? 'of its own' : `that are in ${winner}`);
}

function countList(
  counts: Readonly<Record<string, number>>,
  name: (key: string) => string = (key) => key,
): string {
  return Object.entries(counts)
    .map(([key, count]) => `${formatCount(count)} ${name(key)}`)
    .join(', ');
}
