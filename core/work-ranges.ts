import type { WorkRange } from './contracts/artifact.js';

/** Each work range is an activity in a workflow's history, so a stage has at most this many. */
export const maxWorkRanges = 64;

export interface WorkRangeOptions {
  /**
   * The fewest items of a range, except the last one. An activity with several items works on them side by
   * side.
   *
   * @default 1
   */
  readonly leastItems?: number;
  /** The label of the range `[from, to)`. */
  readonly label: (from: number, to: number) => string;
}

/**
 * Cuts a plan's work items into at most {@link maxWorkRanges} ranges of neighbours of about equal size. Few
 * items are one range each, unless `leastItems` is more.
 *
 * @param sizes - bytes of each item.
 */
export function workRanges(
  sizes: readonly number[],
  { leastItems = 1, label }: WorkRangeOptions,
): readonly WorkRange[] {
  const ranges: WorkRange[] = [];
  let bytesLeft = sum(sizes);
  let from = 0;
  while (from < sizes.length) {
    const rangesLeft = maxWorkRanges - ranges.length;
    const wanted = sizes.length <= maxWorkRanges ? 0 : bytesLeft / rangesLeft;
    const to = rangesLeft === 1 ? sizes.length : rangeEnd(sizes, from, leastItems, wanted);
    const bytes = sum(sizes.slice(from, to));
    ranges.push({ from, to, bytes, label: label(from, to) });
    bytesLeft -= bytes;
    from = to;
  }
  return ranges;
}

/** Where the shortest range from `from` on ends that has `leastItems` items and `wanted` bytes. */
function rangeEnd(sizes: readonly number[], from: number, leastItems: number, wanted: number): number {
  let bytes = 0;
  for (let to = from; to < sizes.length; to += 1) {
    if (to - from >= leastItems && bytes >= wanted) return to;
    bytes += sizes[to] ?? 0;
  }
  return sizes.length;
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
