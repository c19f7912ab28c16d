/**
 * A sorted run is a converted piece or a part of it that was sorted in memory: `run-<n>.index`, entries of
 * {@link entryBytes} in ascending order of their digests and behind them the table of cell-table.ts, and
 * `run-<n>.lines`, the canonical lines in the same order, each with its newline.
 *
 * | bytes of an entry | what |
 * | --- | --- |
 * | 0 … 31 | digest: order key, then selection key |
 * | 32 … 37 | h of the held-out rule, big-endian |
 * | 38 … 43 | where the line begins in `run-<n>.lines`, little-endian |
 * | 44 … 47 | length of the line without its newline |
 * | 48 … 51 | UTF-16 code units of assistant text |
 * | 52 … 55 | slice of the piece; of a dialogue partition, slice of the plan |
 * | 56 … 59 | row in the slice, from 1 |
 * | 60 … 63 | CRC-32 of the line |
 */
export { entryBytes } from '../../../core/store/entry-sizes.js';

export const entryAt = {
  digest: 0,
  selection: 16,
  heldout: 32,
  offset: 38,
  length: 44,
  assistantChars: 48,
  slice: 52,
  row: 56,
  crc: 60,
} as const;

/** File name of a sorted run's index. */
export const indexName = (sortedRun: number): string => `run-${sortedRun}.index`;
/** File name of a sorted run's lines. */
export const linesName = (sortedRun: number): string => `run-${sortedRun}.lines`;
