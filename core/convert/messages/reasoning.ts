import { isBlank, isNoOption, trimmed } from '../conversation/blank.js';
import { textOfParts } from './parts.js';
import type { Reasons } from './reasons.js';
import type { RowValue } from './row-value.js';

const [open, close] = ['<think>', '</think>'];

/**
 * The reasoning of an assistant's message. All texts that say something must be equal but for the white space
 * around them. Where the content begins with a think block, the block must be equal, too, and there is no
 * reasoning beside it: the content has it already.
 *
 * @param thinking - the text of the thinking parts.
 * @param values - of the keys that reasoning is read from.
 */
export function readReasoning(
  thinking: string,
  values: readonly RowValue[],
  content: string,
  reasons: Reasons,
): string | undefined {
  const texts = [thinking, ...values.map((value) => reasoningText(value, reasons))].filter(
    (text) => !isBlank(text),
  );
  const [first] = texts;
  if (first === undefined) return undefined;
  const words = trimmed(first);
  if (texts.some((text) => trimmed(text) !== words)) reasons.add('bad_reasoning');
  if (!content.startsWith(open)) return first;
  const end = content.indexOf(close);
  if (end === -1 || trimmed(content.slice(open.length, end)) !== words) reasons.add('bad_reasoning');
  return undefined;
}

function reasoningText(found: RowValue, reasons: Reasons): string {
  if (isNoOption(found.value)) return '';
  if (typeof found.value === 'string') return found.value;
  const items = found.items();
  const text = items && textOfParts(items);
  if (typeof text === 'string') return text;
  reasons.add('bad_reasoning');
  return '';
}
