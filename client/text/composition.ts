import Table from 'cli-table3';
import { fatesOfConverted } from '../../core/contracts/mix.js';
import type { Composition, CompositionRow, Volume } from '../../core/contracts/mix.js';
import { formatBytes, formatCount, formatPercent, plural } from '../../core/format.js';
import { groupNotes } from '../../core/mix/composition-notes.js';
import { fateNames, totalVolume } from '../../core/mix/volumes.js';

type Volumes = CompositionRow['volumes'];

/** A column of a table by source: its head, its text, and the number that is summed up, where a sum makes sense. */
type Column = readonly [
  head: string,
  cell: (row: CompositionRow) => string,
  sum?: readonly [of: (row: CompositionRow) => number, format: (sum: number) => string],
];

const counted = (head: string, of: (row: CompositionRow) => number): Column => [
  head,
  (row) => formatCount(of(row)),
  [of, formatCount],
];

/** The first is the sum of the others. */
const fates: readonly Column[] = [
  counted('read', ({ read }) => read),
  counted('filtered', ({ filtered }) => filtered),
  counted('rejected', ({ rejected }) => rejected),
  counted('duplicates', ({ duplicates }) => duplicates),
  counted('held out', ({ heldout }) => heldout),
  counted('unused', ({ heldoutUnused }) => heldoutUnused),
  counted('not selected', ({ notSelected }) => notSelected),
  counted('kept', ({ kept }) => kept),
];

const written: readonly Column[] = [
  [
    'asked',
    ({ askedShare, askedRows }) => {
      if (askedShare !== undefined) return formatPercent(askedShare);
      return askedRows === undefined ? '' : plural(askedRows, 'row');
    },
  ],
  ['share', ({ realisedShare }) => formatPercent(realisedShare)],
  counted('kept', ({ kept }) => kept),
  ['copies', ({ repeat }) => formatCount(repeat)],
  counted('lines', ({ lines }) => lines),
  ['size', ({ bytes }) => formatBytes(bytes), [({ bytes }) => bytes, formatBytes]],
  counted('assistant chars', ({ assistantChars }) => assistantChars),
];

/**
 * The composition of a mix: what became of every conversation that was read, what of it is in train.jsonl, and in
 * sentences why rows were rejected, who won the duplicates, and which source limited the mix.
 */
export function compositionText({ sources }: Composition): string {
  const known = sources.map(({ name, volumes }) => [name, volumes] as const);
  const told = sources.flatMap((row) => notesOf(row).map((note) => `${row.name}: ${note}`));
  return [
    'What became of every conversation (held out: in heldout.jsonl; unused: held out, beyond heldout.rows)',
    tableOf(sources, fates),
    'What is in train.jsonl',
    tableOf(sources, written),
    ...(known.length < sources.length
      ? []
      : ['Text by what became of it (bytes of the lines, characters of assistant text)', volumeTable(known)]),
    ...told,
  ].join('\n');
}

function tableOf(sources: readonly CompositionRow[], columns: readonly Column[]): string {
  const table = new Table({
    head: ['source', ...columns.map(([head]) => head)],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', ...columns.map(() => 'right' as const)],
  });
  for (const row of sources) table.push([row.name, ...columns.map(([, cell]) => cell(row))]);
  if (sources.length > 1)
    table.push([
      'all',
      ...columns.map(([, , sum]) => {
        if (sum === undefined) return '';
        const [of, format] = sum;
        return format(sources.reduce((total, row) => total + of(row), 0));
      }),
    ]);
  return table.toString();
}

function volumeTable(rows: readonly (readonly [string, Volumes])[]): string {
  const table = new Table({
    head: ['source', ...fatesOfConverted.map((fate) => fateNames[fate].replace(', ', ',\n'))],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', ...fatesOfConverted.map(() => 'right' as const)],
  });
  const cell = ({ bytes, assistantChars }: Volume): string =>
    `${formatBytes(bytes)}\n${formatCount(assistantChars)}`;
  for (const [name, volumes] of rows)
    table.push([name, ...fatesOfConverted.map((fate) => cell(volumes[fate]))]);
  if (rows.length > 1)
    table.push([
      'all',
      ...fatesOfConverted.map((fate) => cell(totalVolume(rows.map(([, volumes]) => volumes[fate])))),
    ]);
  return table.toString();
}

function notesOf(row: CompositionRow): string[] {
  const listed = (counts: Readonly<Record<string, number>>, name: (key: string) => string): string =>
    Object.entries(counts)
      .map(([key, count]) => `${formatCount(count)} ${name(key)}`)
      .join(', ');
  return [
    ...groupNotes(row),
    ...(row.rejected === 0 ? [] : [`rejected: ${listed(row.rejectedBy, (reason) => reason)}`]),
    ...(row.duplicates === 0
      ? []
      : [
          `duplicates: ${listed(row.duplicatesBy, (winner) => (winner === row.name ? 'of its own' : `that are in ${winner}`))}`,
        ]),
    ...(row.limiting ? [`limited the mix: it has no more conversations for its share`] : []),
  ];
}
