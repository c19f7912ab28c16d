import type { Composition, CompositionRow } from '../../../../core/contracts/mix.js';
import type { TokensResult } from '../../../../core/contracts/tokens.js';
import type { Source } from '../../../../core/recipe.js';
import { colorOf } from '../charts.js';
import { count, percent, plural, size } from '../format.js';
import { bar, html, legend, table, type Part } from '../html.js';

/** The recipe's `share` or `rows` of a source. */
function asked(source: Source | undefined): string {
  if (source === undefined) return '';
  if (source.share !== undefined) return percent(source.share);
  return source.rows === undefined ? 'all' : plural(source.rows, 'row');
}

/** The requested mix and the realised one. A share of rows is not a share of tokens, so both are shown. */
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
