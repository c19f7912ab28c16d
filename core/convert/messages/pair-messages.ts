import { saysNothing } from '../conversation/blank.js';
import { columnMessage, unspelled } from './column-message.js';
import { columnOf, type Layout } from '../layout.js';
import { listedMessages, type ListKeys } from './listed-messages.js';
import type { RawMessage } from './raw-message.js';
import type { MessageNames } from '../keys/read-names.js';
import type { RowValue } from './row-value.js';

/**
 * Finds the messages of a row whose columns are a question and its answer; `undefined` where it has none.
 *
 * @param answerNames - the columns that belong to an answer that is a text.
 */
export type PairFinder = (row: RowValue, answerNames: MessageNames) => readonly RawMessage[] | undefined;

/** Returns the finder of the format `alpaca`. */
export function alpacaPair(layout: Layout, ignore: readonly string[]): PairFinder {
  const [instruction, input, output] = [
    columnOf(layout, 'instruction'),
    columnOf(layout, 'input'),
    columnOf(layout, 'output'),
  ];
  const hasInput = !ignore.includes(input);
  return (row, answerNames) => {
    const extra = hasInput ? row.member(input).value : undefined;
    const prompt = alpacaPrompt(row.member(instruction).value, extra);
    return [
      columnMessage('user', unspelled(prompt), row),
      columnMessage('assistant', row.member(output), row, answerNames),
    ];
  };
}

/** A value that is not text is returned as it is, for the check to reject. */
function alpacaPrompt(instruction: unknown, input: unknown): unknown {
  if (typeof instruction !== 'string' || saysNothing(input)) return instruction;
  return typeof input === 'string' ? `${instruction}\n\n${input}` : input;
}

/** Returns the finder of the format `prompt-response`. Each column is a text or a list of messages. */
export function promptAndResponse(
  layout: Layout,
  keys: Pick<ListKeys, 'names' | 'roleOf' | 'useOf'>,
): PairFinder {
  const inList = { ...keys, role: 'role', content: 'content' };
  const [prompt, response] = [columnOf(layout, 'prompt'), columnOf(layout, 'response')];
  const promptKeys = { ...inList, list: prompt, isContext: true };
  const responseKeys = { ...inList, list: response };
  return (row, answerNames) => {
    const [asked, answered] = [row.member(prompt), row.member(response)];
    const before = Array.isArray(asked.value)
      ? listedMessages(asked, promptKeys)
      : [columnMessage('user', asked, row)];
    const after = Array.isArray(answered.value)
      ? listedMessages(answered, responseKeys)
      : [columnMessage('assistant', answered, row, answerNames)];
    return before === undefined || after === undefined ? undefined : [...before, ...after];
  };
}
