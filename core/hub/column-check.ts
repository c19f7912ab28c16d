import { layoutOf, messageListOf, standardColumns } from '../convert/layout.js';
import type { Source, SourceFormat } from '../recipe.js';
import { listOf } from './split-files.js';

/** Columns that a format does not need. */
const optional: readonly string[] = ['openai_moderation', 'episode_done', 'input'];
/** In formats with a list of messages these are keys of its members, not columns. */
const memberNames: readonly string[] = ['role', 'content', 'from', 'value'];

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
    const missing = neededColumns(format, source.fields).filter((column) => !there.has(column));
    if (missing.length > 0)
      return `the format ${format} needs ${quoted(missing)}; the columns are ${listOf([...columns])}`;
  } else {
    const unknown = Object.values(source.fields ?? {}).filter(
      (name) => !there.has(name) && !isMember(source, name),
    );
    if (unknown.length > 0) return `fields names ${quoted(unknown)}; the columns are ${listOf([...columns])}`;
  }
  const isLmsys = format === 'lmsys' || (format === undefined && there.has('openai_moderation'));
  const filtered = Object.keys(source.filter ?? {}).filter(
    (name) => !there.has(name) && !(name === 'flagged' && isLmsys),
  );
  if (filtered.length > 0)
    return `the filter names ${quoted(filtered)}, so no row would pass; the columns are ${listOf([...columns])}`;
  return undefined;
}

function neededColumns(format: SourceFormat, fields: Source['fields']): string[] {
  const layout = layoutOf(format, fields);
  const list = messageListOf(layout);
  if (list !== undefined) return [list.list];
  return standardColumns[format]
    .filter((name) => !optional.includes(name))
    .map((name) => layout.columns[name] ?? name);
}

/** True where `fields` gives this name to a key of messages. */
function isMember(source: Pick<Source, 'fields'>, name: string): boolean {
  return Object.entries(source.fields ?? {}).some(
    ([standard, own]) => own === name && memberNames.includes(standard),
  );
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
