import { layoutOf, neededNames } from '../convert/layout.js';
import type { Source } from '../recipe.js';
import { listOf } from './data-files.js';

/** In formats with a list of messages these are keys of its members, not columns. */
const memberNames: readonly string[] = [
  'role',
  'content',
  'from',
  'value',
  'reasoning',
  'tool_calls',
  'weight',
];

/**
 * The problem with the columns of a source's files, as a sentence; `undefined` where there is none. Reads
 * names only: a format that the recipe does not name is detected later, from rows.
 */
export function columnProblem(
  source: Pick<Source, 'format' | 'fields' | 'filter'>,
  columns: readonly string[],
): string | undefined {
  const there = new Set(columns);
  const format = source.format;
  if (format !== undefined) {
    const missing = neededNames(layoutOf(format, source.fields)).columns.filter(
      (column) => !there.has(column),
    );
    if (missing.length > 0)
      return `the format ${format} needs ${quoted(missing)}; the columns are ${listOf([...columns])}`;
  }
  const unknown = Object.entries(source.fields ?? {})
    .filter(([standard, own]) => !there.has(own) && !memberNames.includes(standard))
    .map(([, own]) => own);
  if (unknown.length > 0) return `fields names ${quoted(unknown)}; the columns are ${listOf([...columns])}`;
  const isLmsys = format === 'lmsys' || (format === undefined && there.has('openai_moderation'));
  const filtered = Object.keys(source.filter ?? {}).filter(
    (name) => !there.has(name) && !(name === 'flagged' && isLmsys),
  );
  if (filtered.length > 0)
    return `the filter names ${quoted(filtered)}, so no row would pass; the columns are ${listOf([...columns])}`;
  return undefined;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
