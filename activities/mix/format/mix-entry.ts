/**
 * The entry of a line of train.jsonl or heldout.jsonl, or of a candidate for one.
 *
 * | bytes | what |
 * | --- | --- |
 * | 0 … 15 | order key |
 * | 16 … 31 | selection key |
 * | 32 … 33 | source, position in the recipe |
 * | 34 … 37 | copy: 0 for the row itself |
 * | 38 … 43 | where the line begins in its sorted run |
 * | 44 … 47 | length of the line without its newline |
 * | 48 … 51 | UTF-16 code units of assistant text |
 * | 52 … 55 | slice of the source's conversion plan |
 * | 56 … 59 | row in the slice, from 1 |
 * | 60 … 63 | sorted run, position in the mix plan |
 * | 64 … 67 | CRC-32 of the line |
 *
 * Numbers are little-endian; keys compare as bytes.
 */
export { mixEntryBytes } from '../../../core/store/entry-sizes.js';

export const mixEntryAt = {
  order: 0,
  selection: 16,
  source: 32,
  copy: 34,
  offset: 38,
  length: 44,
  assistantChars: 48,
  slice: 52,
  row: 56,
  sortedRun: 60,
  crc: 64,
} as const;
