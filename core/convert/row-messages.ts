import type { ConversionRules } from './conversion-rules.js';
import { saysNothing } from './blank.js';
import { hasMore, type KeyUse, type KeyUses } from './key-uses.js';
import { columnOf, isObject, messageListOf, type Layout } from './layout.js';
import { noNames, type RawMessage } from './raw-message.js';
import { readNames, type MessageNames } from './read-names.js';
import { firstStructure } from './reading.js';
import type { Findings } from './read-messages.js';
import { roleMap, type RowRole } from './roles.js';
import { RowValue } from './row-value.js';

/** Finds the messages of a row; `undefined` where it has none. */
export type MessageFinder = (row: RowValue, findings: Findings) => readonly RawMessage[] | undefined;

/** Returns the function that finds the messages of the rows of a format. */
export function messageFinder(rules: ConversionRules, uses: KeyUses): MessageFinder {
  const { layout, ignore = [] } = rules;
  const { row: columns, message: names } = readNames(rules);
  const list = messageListOf(layout);
  const roleOf = roleMap(rules.roles);
  if (list !== undefined) {
    const keys = { ...list, names, roleOf, useOf: uses.message };
    return (row) => listedMessages(row.member(list.list).opened(), keys);
  }
  const answerNames = { ...noNames, reasoning: columns.reasoning, toolCalls: columns.toolCalls };
  const pair =
    layout.format === 'alpaca'
      ? alpaca(layout, ignore)
      : promptAndResponse(layout, { names, roleOf, useOf: uses.message });
  return (row, findings) => {
    const history = readHistory(row, columns.history, findings);
    const found = pair(row, answerNames);
    return found === undefined ? undefined : [...history, ...found];
  };
}

/** How the messages of a list are read. */
interface ListKeys {
  readonly list: string;
  readonly role: string;
  readonly content: string;
  readonly names: MessageNames;
  readonly roleOf: (role: unknown) => RowRole | undefined;
  readonly useOf: (key: string) => KeyUse;
  readonly isContext?: boolean;
}

/** `undefined` where it is no list of objects, or an empty one. */
function listedMessages(found: RowValue, keys: ListKeys): readonly RawMessage[] | undefined {
  const items = found.items();
  if (items === undefined || items.length === 0) return undefined;
  const { list, isContext = false } = keys;
  const messages: RawMessage[] = [];
  for (const item of items) {
    const members = item.opened();
    if (!isObject(members.value)) return undefined;
    const role = keys.roleOf(members.member(keys.role).value);
    const content = members.member(keys.content);
    const isPlain = typeof content.value === 'string' && !hasMore(members.value, keys.useOf);
    messages.push({ role, content, members, names: isPlain ? noNames : keys.names, list, isContext });
  }
  return messages;
}

/** A message whose content is a column. */
function columnMessage(
  role: RowRole,
  content: RowValue,
  members: RowValue,
  names: MessageNames = noNames,
): RawMessage {
  return { role, content, members, names };
}

/** A question and its answer, as texts or as what a row has in place of them. */
export function turn(question: unknown, answer: unknown): readonly RawMessage[] {
  const [asked, answered] = [question, answer].map(unspelled) as [RowValue, RowValue];
  return [columnMessage('user', asked, asked), columnMessage('assistant', answered, answered)];
}

/** A value that is not written as JSON. */
function unspelled(value: unknown): RowValue {
  return RowValue.of(value, () => JSON.stringify(value));
}

type PairFinder = (row: RowValue, answerNames: MessageNames) => readonly RawMessage[] | undefined;

function alpaca(layout: Layout, ignore: readonly string[]): PairFinder {
  const column = (name: string): string => columnOf(layout, name);
  const input = ignore.includes(column('input')) ? undefined : column('input');
  return (row, answerNames) => {
    const instruction = row.member(column('instruction'));
    const extra = input === undefined ? undefined : row.member(input).value;
    const prompt = alpacaPrompt(instruction.value, extra);
    return [
      columnMessage('user', unspelled(prompt), row),
      columnMessage('assistant', row.member(column('output')), row, answerNames),
    ];
  };
}

/** A value that is not text is returned as it is, for the check to reject. */
function alpacaPrompt(instruction: unknown, input: unknown): unknown {
  if (typeof instruction !== 'string' || saysNothing(input)) return instruction;
  return typeof input === 'string' ? `${instruction}\n\n${input}` : input;
}

/** Each is a text or a list of messages. */
function promptAndResponse(layout: Layout, keys: Pick<ListKeys, 'names' | 'roleOf' | 'useOf'>): PairFinder {
  const [prompt, response] = [columnOf(layout, 'prompt'), columnOf(layout, 'response')];
  const side = (found: RowValue, list: string, isContext: boolean) =>
    Array.isArray(found.value)
      ? listedMessages(found, { ...keys, list, role: 'role', content: 'content', isContext })
      : undefined;
  return (row, answerNames) => {
    const [asked, answered] = [row.member(prompt), row.member(response)];
    const before = Array.isArray(asked.value)
      ? side(asked, prompt, true)
      : [columnMessage('user', asked, row)];
    const after = Array.isArray(answered.value)
      ? side(answered, response, false)
      : [columnMessage('assistant', answered, row, answerNames)];
    return before === undefined || after === undefined ? undefined : [...before, ...after];
  };
}

/** Pairs `[question, answer]`. */
function readHistory(
  row: RowValue,
  names: readonly string[],
  { reasons, used }: Findings,
): readonly RawMessage[] {
  const found = firstStructure(row, names, used);
  const pairs = found === undefined ? [] : found.items()?.map((pair) => pair.items());
  if (pairs === undefined || pairs.some((pair) => pair?.length !== 2)) {
    reasons.add('bad_history');
    return [];
  }
  return pairs.flatMap((pair = []) =>
    pair.map((content, side) => columnMessage(side === 0 ? 'user' : 'assistant', content, row)),
  );
}
