import type { ConversionRules } from '../conversion-rules.js';
import { compileFilter } from '../filter.js';
import { messageListOf, optionalFields, rowsAreTurns, standardColumns, type Layout } from '../layout.js';
import { looksLikePart } from './part-names.js';
import { readNames } from './read-names.js';

/**
 * What a key of a row or of a message means.
 *
 * - `structure`: the format is made of it: the list of messages, the role, the content, the prompt, …
 * - `read`: it is read. Where it says something and is not read, it is counted.
 * - `weight`: of messages: it is read, and decides whether the message is trained.
 * - `counted`: it is not read. Where it says something it is counted.
 * - `nothing`: it is neither read nor counted.
 */
export type KeyUse = 'structure' | 'read' | 'weight' | 'counted' | 'nothing';

/** What the keys of rows and of their listed messages mean under some rules. */
export interface KeyUses {
  /** Of a column. Never `weight`. */
  readonly row: (name: string) => KeyUse;
  /** Of a key of a listed message. */
  readonly message: (name: string) => KeyUse;
}

/** Whether an object has a key that is read or counted. Most have none. */
export function hasMore(value: object, useOf: (name: string) => KeyUse): boolean {
  return Object.keys(value).some((name) => {
    const use = useOf(name);
    return use !== 'structure' && use !== 'nothing';
  });
}

/** What each key means under `rules`. */
export function keyUses(rules: ConversionRules): KeyUses {
  const { layout, ignore = [] } = rules;
  const { format, columns } = layout;
  const names = readNames(rules);
  const list = messageListOf(layout);
  const structure = new Set(structureColumns(layout).filter((name) => !ignore.includes(name)));
  const readColumns = new Set(Object.values(names.row).flat());
  const exempt = new Set([...ignore, ...compileFilter(rules.filter, layout).columns]);
  if (format === 'magpie') for (const name of ['instruction', 'response']) exempt.add(name);
  const named = new Set(optionalFields.flatMap((field) => columns[field] ?? []));
  const messageStructure = new Set([list?.role ?? 'role', list?.content ?? 'content']);
  const weights = new Set(names.message.weight);
  const readKeys = new Set(Object.values(names.message).flat());
  return {
    row: remembered((name) => {
      if (structure.has(name)) return 'structure';
      if (rowsAreTurns(format)) return 'nothing';
      if (readColumns.has(name)) return 'read';
      return !exempt.has(name) && (named.has(name) || looksLikePart(name, 'row')) ? 'counted' : 'nothing';
    }),
    message: remembered((name) => {
      if (messageStructure.has(name)) return 'structure';
      if (weights.has(name)) return 'weight';
      if (readKeys.has(name)) return 'read';
      return !ignore.includes(name) && looksLikePart(name, 'message') ? 'counted' : 'nothing';
    }),
  };
}

/** The columns that hold the messages. */
function structureColumns(layout: Layout): readonly string[] {
  const list = messageListOf(layout);
  if (list !== undefined) return [list.list];
  return standardColumns[layout.format].map((name) => layout.columns[name] ?? name);
}

/** The most names whose use is remembered: in some data, keys are values. */
const maxRemembered = 1024;

function remembered(useOf: (name: string) => KeyUse): (name: string) => KeyUse {
  const known = new Map<string, KeyUse>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const use = useOf(name);
    if (known.size < maxRemembered) known.set(name, use);
    return use;
  };
}
