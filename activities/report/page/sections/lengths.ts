import type { TokensResult, Untrained } from '../../../../core/contracts/tokens.js';
import { untrainedNotes } from '../../../../core/training/untrained-notes.js';
import { count } from '../format.js';
import { html, table, type Part } from '../html.js';
import { withCode } from './findings.js';

/** Tokens of the examples by source, before truncation, and what of them is not trained. */
export function lengthsSection(tokens: TokensResult, maxTokens: number | undefined): Part {
  const splits = tokens.trainedExamples > tokens.trainedRows;
  return html`<section>
    <h2>Lengths</h2>
    <p>
      ${count(tokens.totalTokens)} tokens, ${count(tokens.trainedTokens)} of them trained on, in
      ${' '}${count(tokens.trainedRows)} of ${count(tokens.rows)}
      conversations${splits ? `, ${count(tokens.trainedExamples)} examples` : ''}.
      ${' '}${maxTokens === undefined ? null : `Longer ones are cut at ${count(maxTokens)} tokens.`}
    </p>
    ${table(
      [
        'source',
        'rows',
        ...(splits ? ['examples'] : []),
        'tokens',
        'trained',
        'median',
        '90 %',
        '99 %',
        'longest',
        'cut',
        'lost their end',
        'nothing left to train',
      ],
      splits ? 'lnnnnnnnnnnn' : 'lnnnnnnnnnn',
      tokens.lengths.map((length) => [
        length.source,
        count(length.rows),
        ...(splits ? [count(length.examples)] : []),
        count(length.tokens),
        count(length.trainedTokens),
        ...length.quantiles.map(count),
        count(length.truncated),
        count(length.lostLastAnswer),
        count(length.untrained),
      ]),
    )}
    ${untrainedList(tokens.untrained)}
  </section>`;
}

function untrainedList(untrained: Untrained): Part {
  const notes = untrainedNotes(untrained);
  if (notes.length === 0) return null;
  return html`<ul>
    ${notes.map(({ text, remedy }) => html`<li>${withCode(remedy === undefined ? text : `${text}. ${remedy}`)}</li>`)}
  </ul>`;
}
