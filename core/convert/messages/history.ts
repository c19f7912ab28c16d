import { columnMessage } from './column-message.js';
import type { RawMessage } from './raw-message.js';
import type { RowFindings } from './read-messages.js';
import { firstStructure } from './reading.js';
import type { RowValue } from './row-value.js';

/** The messages of a column of earlier pairs `[question, answer]`. */
export function readHistory(
  row: RowValue,
  names: readonly string[],
  { reasons, used }: RowFindings,
): readonly RawMessage[] {
  const found = firstStructure(row, names, used);
  if (found === undefined) return [];
  const pairs = found.items()?.map((pair) => pair.items());
  if (pairs === undefined || pairs.some((pair) => pair?.length !== 2)) {
    reasons.add('bad_history');
    return [];
  }
  return pairs.flatMap((pair = []) =>
    pair.map((content, side) => columnMessage(side === 0 ? 'user' : 'assistant', content, row)),
  );
}
