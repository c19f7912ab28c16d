import { noNames, type RawMessage } from './raw-message.js';
import type { MessageNames } from '../keys/read-names.js';
import type { RowRole } from '../conversation/roles.js';
import { RowValue } from './row-value.js';

/** A message whose content is a column. @param members - where `names` are looked up. */
export function columnMessage(
  role: RowRole,
  content: RowValue,
  members: RowValue,
  names: MessageNames = noNames,
): RawMessage {
  return { role, content, members, names };
}

/** A question and its answer, as texts or as what a row has in place of them. */
export function turn(question: unknown, answer: unknown): readonly RawMessage[] {
  const [asked, answered] = [unspelled(question), unspelled(answer)];
  return [columnMessage('user', asked, asked), columnMessage('assistant', answered, answered)];
}

/** A value that is not written as JSON. */
export function unspelled(value: unknown): RowValue {
  return RowValue.of(value, () => JSON.stringify(value));
}
