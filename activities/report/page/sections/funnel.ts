import {
  fatesOfConverted,
  type Composition,
  type CompositionRow,
  type Volume,
} from '../../../../core/contracts/mix.js';
import { fateNames, totalVolume } from '../../../../core/mix/volumes.js';
import { count, size } from '../format.js';
import { bar, html, legend, table, type Part } from '../html.js';

/** The fates of a conversation, in the order of the mix rule, with their numbers and colours. */
const fates = [
  ['filtered', (row: CompositionRow) => row.filtered, '#9aa5b4'],
  ['rejected', (row: CompositionRow) => row.rejected, '#e4573d'],
  ['duplicates', (row: CompositionRow) => row.duplicates, '#a463f2'],
  ['held out', (row: CompositionRow) => row.heldout, '#e0b400'],
  ['held out, unused', (row: CompositionRow) => row.heldoutUnused, '#c9b878'],
  ['not selected', (row: CompositionRow) => row.notSelected, '#5fa8d3'],
  ['kept', (row: CompositionRow) => row.kept, '#3ca951'],
] as const;

/** Every conversation that was read, by its fate. */
export function funnelSection({ sources }: Composition): Part {
  const balanced = sources.every((row) => row.read === fates.reduce((sum, [, value]) => sum + value(row), 0));
  return html`<section>
    <h2>What became of every row</h2>
    ${legend(fates.map(([name, , color]) => ({ name, color })))}
    ${sources.map(
      (row) =>
        html`<div class="barname">
            <span>${row.name}</span><span>${count(row.kept)} of ${count(row.read)}</span>
          </div>
          ${bar(fates.map(([name, value, color]) => ({ name, value: value(row), color })))}`,
    )}
    ${table(
      ['conversations', ...sources.map(({ name }) => name), 'all'],
      `l${'n'.repeat(sources.length + 1)}`,
      [
        [
          'read',
          ...sources.map(({ read }) => count(read)),
          count(sources.reduce((sum, { read }) => sum + read, 0)),
        ],
        ...fates.slice(0, -1).map(([name, value]) => fateCells(`− ${name}`, value, sources)),
      ],
      fateCells('= kept', (row) => row.kept, sources),
    )}
    ${
      balanced
        ? html`<p class="soft">The columns add up.</p>`
        : html`<div class="banner">
            <strong>The columns do not add up.</strong> This is a defect in Headrace; please report it.
          </div>`
    }
    ${volumes(sources)} ${duplicates(sources)}
  </section>`;
}

function fateCells(
  name: string,
  value: (row: CompositionRow) => number,
  sources: readonly CompositionRow[],
): string[] {
  return [
    name,
    ...sources.map((row) => count(value(row))),
    count(sources.reduce((sum, row) => sum + value(row), 0)),
  ];
}

/** Bytes and characters of the converted conversations, by fate. */
function volumes(sources: readonly CompositionRow[]): Part {
  const known = sources.map((row) => row.volumes);
  const cell = ({ bytes, assistantChars }: Volume): Part =>
    html`${size(bytes)}<span class="soft">${count(assistantChars)}</span>`;
  return html`<p class="soft">
      Text of what was converted: bytes of the lines, characters of the assistant's text below them. Copies
      are not counted.
    </p>
    ${table(
      ['text', ...sources.map(({ name }) => name), 'all'],
      `l${'n'.repeat(sources.length + 1)}`,
      fatesOfConverted.map((fate) => [
        fateNames[fate],
        ...known.map((volume) => cell(volume[fate])),
        cell(totalVolume(known.map((volume) => volume[fate]))),
      ]),
    )}`;
}

function duplicates(sources: readonly CompositionRow[]): Part {
  const rows = sources.flatMap((row) =>
    Object.entries(row.duplicatesBy).map(([winner, number]) => [
      row.name,
      winner === row.name ? 'an earlier line of its own' : winner,
      count(number),
    ]),
  );
  if (rows.length === 0) return null;
  return html`<h3>Duplicates</h3>
    ${table(['dropped from', 'because it is in', 'conversations'], 'lln', rows)}`;
}
