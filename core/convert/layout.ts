import { z } from 'zod';
import { HeadraceError } from '../errors.js';
import { sourceFormats, type SourceFormat } from '../recipe/choices.js';

/**
 * Which columns a format reads, by their standard names. A recipe's `fields` maps a standard name to the name
 * that the user's files have: `fields: { prompt: question, response: answer }`.
 *
 * | format | standard names |
 * | --- | --- |
 * | `messages` | `messages`: list of objects; in each of them `role`, `content` |
 * | `lmsys` | `conversation`: list of objects; in each `role`, `content`; `openai_moderation` for `flagged` |
 * | `prosocial` | `context`, `response`, `dialogue_id`, `response_id`, `episode_done` |
 * | `magpie`, `sharegpt` | `conversations`: list of objects; in each `from`, `value` |
 * | `alpaca` | `instruction`, `input`, `output` |
 * | `prompt-response` | `prompt`, `response` |
 *
 * A filter names columns as the files have them, never by standard name.
 */
export const standardColumns = {
  messages: ['messages', 'role', 'content'],
  lmsys: ['conversation', 'role', 'content', 'openai_moderation'],
  prosocial: ['context', 'response', 'dialogue_id', 'response_id', 'episode_done'],
  magpie: ['conversations', 'from', 'value'],
  sharegpt: ['conversations', 'from', 'value'],
  alpaca: ['instruction', 'input', 'output'],
  'prompt-response': ['prompt', 'response'],
} as const satisfies Record<SourceFormat, readonly string[]>;

/**
 * What a recipe's `fields` may name beside the columns of the format, in every format but `prosocial`: a
 * column, or a key of messages, that is read in place of the usual names.
 */
export const optionalFields = ['system', 'tools', 'history', 'reasoning', 'tool_calls', 'weight'] as const;
export type OptionalField = (typeof optionalFields)[number];

/** The names that `fields` may have in a format. */
export function fieldsOf(format: SourceFormat): readonly string[] {
  return rowsAreTurns(format) ? standardColumns[format] : [...standardColumns[format], ...optionalFields];
}

/** A format and the columns that it reads: standard name → name in the files. */
export const Layout = z
  .object({ format: z.enum(sourceFormats), columns: z.record(z.string(), z.string()).readonly() })
  .readonly();
export type Layout = z.infer<typeof Layout>;

/**
 * The layout of `format`, with the recipe's `fields` in place of standard names.
 *
 * @throws {HeadraceError} RecipeError where `fields` has a name that the format does not have.
 */
export function layoutOf(format: SourceFormat, fields: Readonly<Record<string, string>> = {}): Layout {
  const known = fieldsOf(format);
  const unknown = Object.keys(fields).filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new HeadraceError(
      'RecipeError',
      `fields: the format ${format} has no column ${unknown.map((name) => `\`${name}\``).join(', ')}; it has ${known.join(', ')}`,
      { remedy: 'Write `fields` as { <column of the format>: <column of your files> }.' },
    );
  const standard = Object.fromEntries(standardColumns[format].map((name) => [name, name]));
  return { format, columns: { ...standard, ...fields } };
}

/** Columns of formats that rows need not have. */
const spareColumns: readonly string[] = ['openai_moderation', 'episode_done', 'input'];

/** The columns that a layout needs, and the keys that it needs of messages. */
export function neededNames(layout: Layout): {
  readonly columns: readonly string[];
  readonly keys: readonly string[];
} {
  const list = messageListOf(layout);
  if (list !== undefined) return { columns: [list.list], keys: [list.role, list.content] };
  // An answer of calls alone has no response.
  const spare = layout.columns['tool_calls'] === undefined ? spareColumns : [...spareColumns, 'response'];
  const standard: readonly string[] = standardColumns[layout.format];
  const columns = standard.filter((name) => !spare.includes(name)).map((name) => columnOf(layout, name));
  return { columns, keys: [] };
}

/** The name in the files of the column with the standard name `name`. */
export function columnOf(layout: Layout, name: string): string {
  return layout.columns[name] ?? name;
}

/** Where the messages of a row are: a column, and the keys of its elements. */
export interface ListNames {
  readonly list: string;
  readonly role: string;
  readonly content: string;
}

/** Names of the list of messages and of its members; `undefined` where each message is a column. */
export function messageListOf(layout: Layout): ListNames | undefined {
  const at = (list: string, role: string, content: string): ListNames => ({
    list: columnOf(layout, list),
    role: columnOf(layout, role),
    content: columnOf(layout, content),
  });
  switch (layout.format) {
    case 'messages':
      return at('messages', 'role', 'content');
    case 'lmsys':
      return at('conversation', 'role', 'content');
    case 'magpie':
    case 'sharegpt':
      return at('conversations', 'from', 'value');
    case 'prosocial':
    case 'alpaca':
    case 'prompt-response':
      return undefined;
  }
}

/** Whether a row is one turn of a dialogue, which is a conversation only together with its other rows. */
export function rowsAreTurns(format: SourceFormat): boolean {
  return format === 'prosocial';
}

/** A JSON object: neither a list nor null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
