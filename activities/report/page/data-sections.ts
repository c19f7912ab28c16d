import type { CompositionRow } from '../../../core/contracts/mix.js';
import type { WriteReportInput } from '../../../core/contracts/report.js';
import type { TokensResult } from '../../../core/contracts/tokens.js';
import { clip, count, percent, plural, size } from './format.js';
import { html, type Part, table } from './html.js';
import { groupNotes } from '../../../core/mix/composition-notes.js';
import type { Reject } from '../read/read-run.js';
import type { SourceSample, TrainSample } from '../read/read-train.js';

/** Where the rows came from: files, pinned commits, formats, and what was noticed on the way. */
export function sourcesSection(
  sources: WriteReportInput['sources'],
  emptyFiles: Readonly<Record<string, readonly string[]>>,
): Part {
  if (sources.length === 0) return null;
  return html`<section>
    <h2>Sources</h2>
    ${table(
      ['source', 'from', 'files', 'size', 'format'],
      'llnnl',
      sources.map(({ resolution, summary }) => [
        summary.name,
        resolution.kind === 'hub'
          ? html`${resolution.dataset}<br /><code>${resolution.commitSha}</code>`
          : 'local files',
        count(summary.files),
        size(summary.bytes),
        html`<code>${summary.format}</code><span class="soft">${summary.formatReason}</span>`,
      ]),
    )}
    ${sources.map(({ resolution, summary }) => {
      const empty = emptyFiles[summary.name] ?? [];
      const notes = [
        ...resolution.notes,
        ...(summary.emptyFiles > 0
          ? [
              `Skipped ${plural(summary.emptyFiles, 'empty file')}${empty.length > 0 ? ': ' : ''}${empty.slice(0, 20).join(', ')}`,
            ]
          : []),
        ...groupNotes(summary),
      ];
      return notes.length === 0
        ? null
        : html`<p><b>${summary.name}</b></p>
            <ul>
              ${notes.map((note) => html`<li>${note}</li>`)}
            </ul>`;
    })}
  </section>`;
}

/** Reasons with counts, and the first rejects of each reason. */
export function rejectsSection(
  sources: readonly Pick<CompositionRow, 'name' | 'rejectedBy' | 'rejected'>[],
  rejects: readonly Reject[],
): Part {
  const rows = sources.flatMap(({ name, rejectedBy }) =>
    Object.entries(rejectedBy).map(([reason, number]) => [name, html`<code>${reason}</code>`, count(number)]),
  );
  if (rows.length === 0 && rejects.length === 0) return null;
  return html`<section>
    <h2>Rejects</h2>
    ${table(['source', 'reason', 'conversations'], 'lln', rows)}
    ${rejects.length === 0 ? null : html`<h3>Examples, from rejects.jsonl</h3>`}
    <ul>
      ${rejects.map(
        ({ reason, ...where }) =>
          html`<li>
            <code>${reason}</code> ${Object.entries(where).map(
              ([key, value]) =>
                html`<span class="soft"> · ${key} </span
                  >${clip(typeof value === 'string' ? value : JSON.stringify(value), 300)}`,
            )}
          </li>`,
      )}
    </ul>
  </section>`;
}

/** Tokens a conversation, before truncation. */
export function lengthsSection(tokens: TokensResult, maxTokens: number | undefined): Part {
  return html`<section>
    <h2>Lengths</h2>
    <p>
      ${count(tokens.totalTokens)} tokens, ${count(tokens.trainedTokens)} of them trained on, in
      ${' '}${count(tokens.trainedRows)} of ${count(tokens.rows)} conversations.
      ${' '}${maxTokens === undefined ? null : `Longer ones are cut at ${count(maxTokens)} tokens.`}
    </p>
    ${table(
      [
        'source',
        'rows',
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
      'lnnnnnnnnnn',
      tokens.lengths.map((length) => [
        length.source,
        count(length.rows),
        count(length.tokens),
        count(length.trainedTokens),
        ...length.quantiles.map(count),
        count(length.truncated),
        count(length.lostLastAnswer),
        count(length.untrained),
      ]),
    )}
  </section>`;
}

/** Who speaks, how much, and in what languages, by the head of train.jsonl. */
export function speechSection({ lines, bySource }: TrainSample, trainLines: number | undefined): Part {
  if (bySource.length === 0) return null;
  const isWhole = lines === trainLines;
  return html`<section>
    <h2>Languages and roles</h2>
    <p class="soft">
      ${isWhole ? `All ${count(lines)} lines` : `The first ${plural(lines, 'line')}, a random sample,`} of
      train.jsonl. Languages are estimated from letters and common words.
    </p>
    ${table(
      [
        'source',
        'conversations',
        'languages',
        'messages: system',
        'user',
        'assistant',
        'a conversation',
        'most',
        'characters',
        'longest',
      ],
      'lnlnnnnnnn',
      bySource.map((sample) => [
        sample.source ?? 'all',
        count(sample.conversations),
        html`<span class="soft">${languages(sample)}</span>`,
        count(sample.messages.system),
        count(sample.messages.user),
        count(sample.messages.assistant),
        count(quantile(sample.turns, 0.5)),
        count(quantile(sample.turns, 1)),
        count(quantile(sample.characters, 0.5)),
        count(quantile(sample.characters, 1)),
      ]),
    )}
    <p class="soft">Messages and characters of a conversation are medians.</p>
  </section>`;
}

function languages({ languages: found, conversations }: SourceSample): string {
  return [...found]
    .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, 6)
    .map(([name, lines]) => `${name} ${percent(lines / conversations).replace(' ', '\u00a0')}`)
    .join(', ');
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}
