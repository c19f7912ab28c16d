import { fatesOfConverted } from '../../../core/contracts/mix.js';
import type { Composition, CompositionRow, Volume } from '../../../core/contracts/mix.js';
import type { TokensResult } from '../../../core/contracts/tokens.js';
import { fateNames, totalVolume } from '../../../core/mix/volumes.js';
import type { Source } from '../../../core/recipe.js';
import { colorOf } from './charts.js';
import { count, percent, plural, size } from './format.js';
import { bar, html, legend, type Part, table } from './html.js';

function asked(source: Source | undefined): string {
  if (source === undefined) return '';
  if (source.share !== undefined) return percent(source.share);
  return source.rows === undefined ? 'all' : plural(source.rows, 'row');
}

/** What was asked for and what came out. A share of rows is not a share of tokens, so both are there. */
export function compositionSection(
  composition: Composition,
  recipeSources: readonly Source[],
  tokens: TokensResult | null,
): Part {
  const { sources } = composition;
  const bytes = sources.reduce((sum, row) => sum + row.bytes, 0);
  const lengths = new Map(tokens?.lengths.map((length) => [length.source, length.tokens]));
  const total = tokens?.totalTokens ?? 0;
  const byWeight = (row: CompositionRow): number =>
    tokens === null ? row.bytes : (lengths.get(row.name) ?? 0);
  const weightTotal = tokens === null ? bytes : total;
  const weightName = tokens === null ? 'bytes' : 'tokens';
  const stretches = (value: (row: CompositionRow) => number) =>
    sources.map((row, index) => ({ name: row.name, value: value(row), color: colorOf(index) }));
  return html`<section>
    <h2>Composition</h2>
    ${legend(stretches((row) => row.lines))}
    <div class="barname"><span>conversations</span><span>${count(composition.trainLines)} lines</span></div>
    ${bar(stretches((row) => row.lines))}
    <div class="barname">
      <span>${weightName}</span><span>${tokens === null ? size(bytes) : count(total)}</span>
    </div>
    ${bar(stretches(byWeight))}
    ${table(
      [
        'source',
        'asked',
        'realised',
        `of ${weightName}`,
        'kept',
        'copies',
        'lines',
        'size',
        'assistant text',
      ],
      'lnnnnnnnn',
      sources.map((row) => [
        html`${row.name}${row.limiting ? html`<br /><span class="soft">limited the mix</span>` : null}`,
        asked(recipeSources.find(({ name }) => name === row.name)),
        percent(row.realisedShare),
        weightTotal === 0 ? '' : percent(byWeight(row) / weightTotal),
        count(row.kept),
        count(row.repeat),
        count(row.lines),
        size(row.bytes),
        plural(row.assistantChars, 'character'),
      ]),
      [
        'all',
        '',
        '',
        '',
        count(sources.reduce((sum, row) => sum + row.kept, 0)),
        '',
        count(composition.trainLines),
        size(bytes),
        plural(
          sources.reduce((sum, row) => sum + row.assistantChars, 0),
          'character',
        ),
      ],
    )}
  </section>`;
}

/** Fates of a conversation that was read, in the order of the mix rule, kept last. */
const fates = [
  ['filtered', (row: CompositionRow) => row.filtered, '#9aa5b4'],
  ['rejected', (row: CompositionRow) => row.rejected, '#e4573d'],
  ['duplicates', (row: CompositionRow) => row.duplicates, '#a463f2'],
  ['held out', (row: CompositionRow) => row.heldout, '#e0b400'],
  ['held out, unused', (row: CompositionRow) => row.heldoutUnused, '#c9b878'],
  ['not selected', (row: CompositionRow) => row.notSelected, '#5fa8d3'],
  ['kept', (row: CompositionRow) => row.kept, '#3ca951'],
] as const;

/** Every conversation that was read, by what became of it. */
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

/** Bytes and characters of what was converted, by what became of it. */
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
