import { roles } from '../../../../core/convert/conversation/roles.js';
import type { SourceSample, TrainSample } from '../../read/read-train.js';
import { count, percent, plural } from '../format.js';
import { html, table, type Part } from '../html.js';

/** Roles, lengths and languages, measured on the head of train.jsonl. */
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
      ['source', 'conversations', 'languages', 'messages', 'most', 'characters', 'longest'],
      'lnlnnnn',
      bySource.map((sample) => [
        sample.source ?? 'all',
        count(sample.conversations),
        html`<span class="soft">${languages(sample)}</span>`,
        count(quantile(sample.turns, 0.5)),
        count(quantile(sample.turns, 1)),
        count(quantile(sample.characters, 0.5)),
        count(quantile(sample.characters, 1)),
      ]),
    )}
    <p class="soft">
      Messages and characters of a conversation are medians. Characters are those of contents, reasoning and
      arguments of calls.
    </p>
    ${table(
      ['messages of', ...roles, 'with reasoning', 'calls of tools'],
      `l${'n'.repeat(roles.length + 2)}`,
      bySource.map((sample) => [
        sample.source ?? 'all',
        ...roles.map((role) => count(sample.messages[role])),
        count(sample.reasoning),
        count(sample.calls),
      ]),
    )}
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
