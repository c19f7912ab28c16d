import { HeadraceError } from '../errors.js';
import type { Source } from '../recipe.js';
import { sourceFormats, type SourceFormat } from '../recipe/choices.js';
import {
  columnOf,
  fieldsOf,
  isObject,
  layoutOf,
  messageListOf,
  neededNames,
  optionalFields,
  type Layout,
} from './layout.js';
import { RowValue } from './messages/row-value.js';

/** The layout of a source's rows, from the recipe or detected. */
export interface Detection {
  readonly layout: Layout;
  /** The reason, for users: "detected: column `conversation` is a list of {role, content}". */
  readonly reason: string;
}

/** The most rows that detection reads. */
export const detectionSampleRows = 64;

const listNames = ['messages', 'conversations', 'turns', 'dialogue', 'dialog', 'chat'] as const;
const speakerNames = [
  ['role', 'content'],
  ['role', 'text'],
  ['role', 'value'],
  ['speaker', 'text'],
  ['speaker', 'content'],
  ['author', 'content'],
] as const;
const pairNames = [
  ['prompt', 'response'],
  ['question', 'answer'],
  ['prompt', 'completion'],
  ['instruction', 'response'],
  ['question', 'response'],
  ['query', 'response'],
  ['input', 'output'],
  ['user', 'assistant'],
] as const;

/** The layouts of a format that are tried when the recipe names no fields, the standard one first. */
function candidates(format: SourceFormat): readonly Layout[] {
  switch (format) {
    case 'messages':
      return listNames.flatMap((messages) =>
        speakerNames.map(([role, content]) => layoutOf(format, { messages, role, content })),
      );
    case 'sharegpt':
      return ['conversations', 'conversation', ...listNames].map((conversations) =>
        layoutOf(format, { conversations }),
      );
    case 'prompt-response':
      return pairNames.map(([prompt, response]) => layoutOf(format, { prompt, response }));
    case 'lmsys':
    case 'prosocial':
    case 'magpie':
    case 'alpaca':
      return [layoutOf(format)];
  }
}

/** Every column that detection may read: what a reader of parquet has to fetch for the sample. */
export function detectionColumns(fields: Readonly<Record<string, string>> = {}): ReadonlySet<string> {
  const layouts = sourceFormats.flatMap(candidates);
  const columns = new Set([
    ...layouts.flatMap((layout) => Object.values(layout.columns)),
    ...Object.values(fields),
    'instruction',
    'response',
  ]);
  // Detection does not need it, and it is most of the bytes of the files that have it.
  columns.delete('openai_moderation');
  return columns;
}

/**
 * The format of a source: the recipe's, else the first one, in the order of `sourceFormats`, that fits more
 * than half of the sampled rows that are objects.
 *
 * @param rows - up to {@link detectionSampleRows} rows from the start of the source.
 * @param where - the file they come from, for the error.
 * @param allColumns - of parquet, the names of all columns; the sampled rows have only some of them.
 * @throws {HeadraceError} FormatError where nothing fits; RecipeError where `fields` fits no format.
 */
export function detectFormat(
  source: Pick<Source, 'name' | 'format' | 'fields'>,
  rows: readonly unknown[],
  where: string,
  allColumns?: readonly string[],
): Detection {
  if (source.format !== undefined)
    return { layout: layoutOf(source.format, source.fields), reason: 'named in the recipe' };
  const objects = rows.filter(isObject);
  for (const layout of layoutsToTry(source.fields)) {
    const fitting = objects.filter((row) => fits(layout, row)).length;
    if (fitting * 2 > objects.length)
      return { layout, reason: `detected: ${describe(layout)}${howMany(fitting, objects.length)}` };
  }
  throw nothingFits(source.name, objects, rows.length, where, allColumns);
}

function layoutsToTry(fields: Readonly<Record<string, string>> | undefined): readonly Layout[] {
  if (fields === undefined) return sourceFormats.flatMap(candidates);
  const names = Object.keys(fields);
  const able = sourceFormats.filter((format) => names.every((name) => fieldsOf(format).includes(name)));
  if (able.length === 0)
    throw new HeadraceError(
      'RecipeError',
      `fields: no format has all of the columns ${names.map((name) => `\`${name}\``).join(', ')}`,
      { remedy: 'Name the `format`, and in `fields` its columns.' },
    );
  const isOptional = (name: string): boolean => optionalFields.some((field) => field === name);
  if (!names.every(isOptional)) return able.map((format) => layoutOf(format, fields));
  return able
    .flatMap(candidates)
    .map(({ format, columns }) => ({ format, columns: { ...columns, ...fields } }));
}

function fits(layout: Layout, row: Readonly<Record<string, unknown>>): boolean {
  const list = messageListOf(layout);
  if (list !== undefined && !holdsMessages(row[list.list], list.role, list.content)) return false;
  const has = (name: string): boolean => row[columnOf(layout, name)] !== undefined;
  const hasNeeded = (): boolean => neededNames(layout).columns.every((name) => row[name] !== undefined);
  switch (layout.format) {
    case 'messages':
    case 'lmsys':
    case 'sharegpt':
      return true;
    case 'magpie':
      return typeof row['instruction'] === 'string' && typeof row['response'] === 'string';
    case 'prosocial':
    case 'alpaca':
      return hasNeeded();
    case 'prompt-response':
      return hasNeeded() && (has('response') || has('tool_calls'));
  }
}

function holdsMessages(value: unknown, role: string, content: string): boolean {
  const [first] =
    RowValue.of(value, () => JSON.stringify(value))
      .opened()
      .items() ?? [];
  const message = first?.opened().value;
  return isObject(message) && message[role] !== undefined && message[content] !== undefined;
}

function describe(layout: Layout): string {
  const list = messageListOf(layout);
  if (list !== undefined) {
    const beside = layout.format === 'magpie' ? ' beside `instruction` and `response`' : '';
    return `column \`${list.list}\` is a list of {${list.role}, ${list.content}}${beside}`;
  }
  const calls = layout.format === 'prompt-response' ? layout.columns['tool_calls'] : undefined;
  const columns = [...neededNames(layout).columns, ...(calls === undefined ? [] : [calls])];
  return `columns ${columns.map((name) => `\`${name}\``).join(', ')}`;
}

function howMany(fitting: number, all: number): string {
  return fitting === all ? '' : ` (in ${fitting} of the first ${all} rows)`;
}

function nothingFits(
  name: string,
  objects: readonly Readonly<Record<string, unknown>>[],
  rows: number,
  where: string,
  allColumns: readonly string[] | undefined,
): HeadraceError {
  const remedy =
    `Name the \`format\` (${sourceFormats.join(', ')}) and, where your columns have other names, \`fields\`: ` +
    'for instance `format: prompt-response` with `fields: { prompt: <your column>, response: <your column> }`, or `format: messages` with `fields: { messages: <your list>, role: <key>, content: <key> }`.';
  if (objects.length === 0)
    return new HeadraceError(
      'FormatError',
      `Source ${name}: none of the first ${rows} rows of ${where} is a JSON object, so no format can be detected`,
      { remedy },
    );
  const seen = new Map<string, string>();
  for (const row of objects)
    for (const [key, value] of Object.entries(row)) if (!seen.has(key)) seen.set(key, shapeOf(value));
  for (const column of allColumns ?? []) if (!seen.has(column)) seen.set(column, 'not looked at');
  const keys = [...seen].map(([key, shape]) => `\`${key}\` (${shape})`).slice(0, 40);
  return new HeadraceError(
    'FormatError',
    `Source ${name}: no known format fits ${where}. Keys seen: ${keys.join(', ')}`,
    { remedy },
  );
}

function shapeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) {
    const first: unknown = value[0];
    return isObject(first) ? `list of {${Object.keys(first).slice(0, 8).join(', ')}}` : 'list';
  }
  return typeof value === 'string' ? 'text' : typeof value;
}
