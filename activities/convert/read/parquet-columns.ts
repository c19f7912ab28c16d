import type { FileMetaData, SchemaElement } from 'hyparquet';
import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { compileFilter } from '../../../core/convert/filter.js';
import { keyUses } from '../../../core/convert/keys/key-uses.js';
import { columnOf, messageListOf, type ListNames } from '../../../core/convert/layout.js';

/** Which columns of a parquet file are read, where the file has them. */
export interface ColumnChoice {
  readonly column: (name: string) => boolean;
  /** Whether a member is read of a column that is a list of objects. */
  readonly member: (column: string, name: string) => boolean;
  /** The list whose roles and texts are read as tables, where the file has it in that shape. */
  readonly messages?: ListNames | undefined;
}

/** Reads these columns, with all of their members. */
export function wholeColumns(names: Iterable<string>): ColumnChoice {
  const wanted = new Set(names);
  return { column: (name) => wanted.has(name), member: () => true };
}

/**
 * The columns that conversion needs: what it reads, what it counts as not read, and what the filter names. Of
 * lists of messages only the needed members are read, and of moderations: in lmsys-chat-1m the scores beside
 * `flagged` are most of the bytes.
 */
export function neededColumns(rules: ConversionRules): ColumnChoice {
  const { layout, filter } = rules;
  const uses = keyUses(rules);
  const filterColumns = compileFilter(filter, layout).columns;
  const names = messageListOf(layout);
  const list = names?.list;
  const moderation = layout.format === 'lmsys' ? columnOf(layout, 'openai_moderation') : undefined;
  return {
    column: (name) => filterColumns.includes(name) || uses.row(name) !== 'nothing',
    member: (column, name) => {
      if (column === moderation) return name === 'flagged';
      return column !== list || filterColumns.includes(column) || uses.message(name) !== 'nothing';
    },
    messages: names,
  };
}

/**
 * The footer with the chosen columns only, so that hyparquet reads nothing else. A column that has none of
 * the chosen members stays whole: its rows are rejected later, by their content.
 */
export function pruneColumns(metadata: FileMetaData, choice: ColumnChoice): FileMetaData {
  const paths = leafPaths(metadata.schema);
  const wanted = (path: readonly string[]): boolean =>
    isListMember(path) && choice.member(path[0] ?? '', path[3] ?? '');
  const narrowed = new Set(paths.filter(wanted).map((path) => path[0]));
  const keep = (path: readonly string[]): boolean => {
    const column = path[0] ?? '';
    if (!choice.column(column)) return false;
    return narrowed.has(column) ? wanted(path) : true;
  };
  return keepLeaves(metadata, keep);
}

/** The footer with the columns alone that `keep` accepts by their paths. */
export function keepLeaves(metadata: FileMetaData, keep: (path: readonly string[]) => boolean): FileMetaData {
  return {
    ...metadata,
    schema: pruneSchema(metadata.schema, keep),
    row_groups: metadata.row_groups.map((rowGroup) => ({
      ...rowGroup,
      columns: rowGroup.columns.filter((chunk) => keep(chunk.meta_data?.path_in_schema ?? [])),
    })),
  };
}

/**
 * Whether a path is `column.list.element.member`: the three-level list that Arrow writes. Older layouts are
 * read whole.
 */
function isListMember(path: readonly string[]): boolean {
  return path.length >= 4 && path[1] === 'list' && (path[2] === 'element' || path[2] === 'item');
}

function leafPaths(schema: readonly SchemaElement[]): readonly (readonly string[])[] {
  const paths: (readonly string[])[] = [];
  walk(schema, (path, element) => {
    if ((element.num_children ?? 0) === 0) paths.push(path);
  });
  return paths;
}

/** The leaves that `keep` accepts, and the nodes above them. */
function pruneSchema(
  schema: readonly SchemaElement[],
  keep: (path: readonly string[]) => boolean,
): SchemaElement[] {
  let at = 0;
  const take = (path: readonly string[], isRoot: boolean): SchemaElement[] => {
    const element = schema[at];
    at += 1;
    if (element === undefined) return [];
    const own = isRoot ? path : [...path, element.name];
    const children = element.num_children ?? 0;
    if (children === 0) return isRoot || keep(own) ? [element] : [];
    const kept: SchemaElement[][] = [];
    for (let child = 0; child < children; child += 1) {
      const below = take(own, false);
      if (below.length > 0) kept.push(below);
    }
    if (kept.length === 0 && !isRoot) return [];
    return [{ ...element, num_children: kept.length }, ...kept.flat()];
  };
  return take([], true);
}

function walk(
  schema: readonly SchemaElement[],
  visit: (path: readonly string[], element: SchemaElement) => void,
): void {
  let at = 0;
  const visitBelow = (path: readonly string[], isRoot: boolean): void => {
    const element = schema[at];
    at += 1;
    if (element === undefined) return;
    const own = isRoot ? path : [...path, element.name];
    visit(own, element);
    for (let child = 0; child < (element.num_children ?? 0); child += 1) visitBelow(own, false);
  };
  visitBelow([], true);
}
