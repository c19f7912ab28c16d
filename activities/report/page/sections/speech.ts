import type { SourceSample, TrainSample } from '../../read/read-train.js';
import { count, percent, plural } from '../format.js';
import { html, table, type Part } from '../html.js';

/** Roles, lengths and languages, measured on the head of train.jsonl. */
export function speechSection({ lines, bySource }: TrainSample, trainLines: number | undefined): Part {
  if (bySource.length === 0) return null;
  const isWhole = lines === trainLines;
  const shown = columns.filter((column) => !('value' in column) || bySource.some((sample) => column.value(sample) > 0));
  return html`<section>
    <h2>Languages and roles</h2>
    <p class="soft">
      ${isWhole ? `All ${count(lines)} lines` : `The first ${plural(lines, 'line')}, a random sample,`} of
      train.jsonl. Languages are estimated from letters and common words.
    </p>
    ${table(
      shown.map(({ head }) => head),
      shown.map(({ align = 'n' }) => align).join(''),
      bySource.map((sample) => shown.map(({ cell }) => cell(sample))),
    )}
    <p class="soft">
      Messages and characters of a conversation are medians. Characters are those of contents, reasoning and
      arguments of calls.
    </p>
  </section>`;
}

interface Column {
  readonly head: string;
  readonly cell: (sample: SourceSample) => unknown;
  /** @default a number */
  readonly align?: 'l';
}

/** A column that is left out where all its numbers are 0, as in most mixes. */
interface Optional extends Column {
  readonly value: (sample: SourceSample) => number;
}

function optional(head: string, value: (sample: SourceSample) => number): Optional {
  return { head, value, cell: (sample) => count(value(sample)) };
}

const columns: readonly (Column | Optional)[] = [
  { head: 'source', align: 'l', cell: ({ source }) => source ?? 'all' },
  { head: 'conversations', cell: ({ conversations }) => count(conversations) },
  {
    head: 'languages',
    align: 'l',
    cell: (sample) => html`<span class="soft">${languages(sample)}</span>`,
  },
  { head: 'messages: system', cell: ({ messages }) => count(messages.system) },
  { head: 'user', cell: ({ messages }) => count(messages.user) },
  { head: 'assistant', cell: ({ messages }) => count(messages.assistant) },
  optional('tool', ({ messages }) => messages.tool),
  optional('with reasoning', ({ reasoning }) => reasoning),
  optional('calls', ({ calls }) => calls),
  { head: 'a conversation', cell: ({ turns }) => count(quantile(turns, 0.5)) },
  { head: 'most', cell: ({ turns }) => count(quantile(turns, 1)) },
  { head: 'characters', cell: ({ characters }) => count(quantile(characters, 0.5)) },
  { head: 'longest', cell: ({ characters }) => count(quantile(characters, 1)) },
];

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
