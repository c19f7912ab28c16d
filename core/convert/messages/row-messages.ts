import type { ConversionRules } from '../conversion-rules.js';
import { readHistory } from './history.js';
import type { KeyUses } from '../keys/key-uses.js';
import { messageListOf } from '../layout.js';
import { listedMessages } from './listed-messages.js';
import { alpacaPair, promptAndResponse } from './pair-messages.js';
import { noNames, type RawMessage } from './raw-message.js';
import type { RowFindings } from './read-messages.js';
import { readNames } from '../keys/read-names.js';
import { roleMap } from '../conversation/roles.js';
import type { RowValue } from './row-value.js';

/**
 * Finds the messages of a row; `undefined` where it has none.
 *
 * @param isPlain - whether the row has no column but those of its messages.
 */
export type MessageFinder = (
  row: RowValue,
  findings: RowFindings,
  isPlain: boolean,
) => readonly RawMessage[] | undefined;

/** Returns the function that finds the messages of the rows of a format. */
export function messageFinder(rules: ConversionRules, uses: KeyUses): MessageFinder {
  const { layout, ignore = [] } = rules;
  const { row: columns, message: names } = readNames(rules);
  const keys = { names, roleOf: roleMap(rules.roles), useOf: uses.message };
  const list = messageListOf(layout);
  if (list !== undefined) {
    const listKeys = { ...list, ...keys };
    return (row) => listedMessages(row.member(list.list).opened(), listKeys);
  }
  const answerNames = { ...noNames, reasoning: columns.reasoning, toolCalls: columns.toolCalls };
  const pair = layout.format === 'alpaca' ? alpacaPair(layout, ignore) : promptAndResponse(layout, keys);
  return (row, findings, isPlain) => {
    if (isPlain) return pair(row, noNames);
    const history = readHistory(row, columns.history, findings);
    const found = pair(row, answerNames);
    return found === undefined ? undefined : [...history, ...found];
  };
}
