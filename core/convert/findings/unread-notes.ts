import { formatCount, plural } from '../../format.js';
import { furtherUnread } from './counts.js';
import { shownName } from './shown-name.js';
import type { Findings, ReadAs, SourceFindings } from './source-findings.js';
import { unreadRemedy } from './unread-remedy.js';

/** Heads a list of names that were not read. */
export const unreadTitle = 'not read, though named like part of the conversation';

/** A column or key that was not read, and the conversations in which it holds something. */
interface UnreadName {
  readonly name: string;
  readonly conversations: number;
}

/** Of a source, the names that were not read, the most frequent first. */
export interface UnreadNames {
  readonly names: readonly UnreadName[];
  /** The number of those beyond `most`. */
  readonly others: number;
  /** A sentence on what to write in the recipe. Empty where there are no names. */
  readonly remedy: string;
}

/** Names that the terminal lists. */
const mostNames = 12;

/** @param most - names to list. */
export function unreadNames(source: Findings & ReadAs, most = mostNames): UnreadNames {
  const { unread } = source;
  const all = Object.entries(unread)
    .filter(([name]) => name !== furtherUnread)
    .map(([name, conversations]) => ({ name, conversations }))
    .toSorted((a, b) => b.conversations - a.conversations);
  const names = all.slice(0, most);
  const words = names.map(({ name }) => name);
  return {
    names,
    others: all.length - names.length + Number(furtherUnread in unread),
    remedy: words.length === 0 ? '' : unreadRemedy(words, source),
  };
}

/**
 * What was found in a source beside roles and contents, as lines for users: what was not read, with what to
 * write in the recipe, what was left out, and what the conversations hold. Empty for a source that has none
 * of it.
 *
 * @param where - which conversations were counted: `in the first 64 rows`. @default all of them
 */
export function findingNotes(source: SourceFindings, where?: string): readonly string[] {
  const { name } = source;
  const notes = [nonFiniteNote(source), leftOutNote(source), holdsNote(source)];
  const place = where === undefined ? '' : `${where}: `;
  return [
    ...unreadLines(source).map((line, index) => (index === 0 ? `${name}: ${place}${line}` : line)),
    ...notes.filter((note) => note !== undefined).map((note) => `${name}: ${place}${note}`),
  ];
}

function unreadLines(source: SourceFindings): string[] {
  const { names, others, remedy } = unreadNames(source);
  if (names.length === 0) return [];
  const shown = names.map((each) => [shownName(each.name), formatCount(each.conversations)] as const);
  const [nameWidth, countWidth] = [0, 1].map((at) =>
    Math.max(...shown.map((cells) => cells[at]?.length ?? 0)),
  );
  const all = plural(source.converted, 'conversation');
  return [
    `${unreadTitle}:`,
    ...shown.map(
      ([name, count]) => `  ${name.padEnd(nameWidth ?? 0)}   in ${count.padStart(countWidth ?? 0)} of ${all}`,
    ),
    ...(others === 0 ? [] : [`  … and ${plural(others, 'more name')}`]),
    `  ${remedy}`,
  ];
}

/** `134 rows have NaN, Infinity or -Infinity, …`. */
export function nonFiniteNote({ nonFinite = 0 }: Findings): string | undefined {
  if (nonFinite === 0) return undefined;
  const rows = nonFinite === 1 ? '1 row has' : `${formatCount(nonFinite)} rows have`;
  return `${rows} NaN, Infinity or -Infinity, which JSON does not have: read as null`;
}

/** `2 blank system messages left out; 1 conversation had messages behind the last answer, …`. */
export function leftOutNote({ blankSystem, trailing }: Findings): string | undefined {
  const notes = [
    ...(blankSystem === 0 ? [] : [`${plural(blankSystem, 'blank system message')} left out`]),
    ...(trailing === 0
      ? []
      : [`${plural(trailing, 'conversation')} had messages behind the last answer, which are left out`]),
  ];
  return notes.length === 0 ? undefined : notes.join('; ');
}

const heldThings = [
  ['reasoning', 'reasoning'],
  ['tools', 'tools'],
  ['toolCalls', 'calls'],
  ['weight', 'weight 0'],
  ['names', 'names'],
] as const;

/** `reasoning in 204, tools in 1,020 conversations`. */
export function holdsNote({ holds }: Findings): string | undefined {
  const held = heldThings.filter(([key]) => holds[key] > 0);
  const last = held.at(-1);
  if (last === undefined) return undefined;
  const counts = held.map(([key, word]) => `${word} in ${formatCount(holds[key])}`);
  return `${counts.join(', ')} ${holds[last[0]] === 1 ? 'conversation' : 'conversations'}`;
}
