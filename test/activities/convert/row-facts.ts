import type { ConvertedRow } from '../../../activities/convert/rows/converted-row.js';

/**
 * What becomes of a row: its line, the characters of its assistant, and the prompt that decides its split.
 */
export type RowFacts = readonly [line: string, assistantChars: number, prompt: string];

export function facts(row: ConvertedRow): RowFacts {
  const target = Buffer.alloc(row.maxBytes);
  const { end, assistantChars } = row.writeTo(target, 0);
  return [target.toString('utf8', 0, end), assistantChars, Buffer.from(row.prompt).toString()];
}
