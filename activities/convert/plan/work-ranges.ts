import type { Batch } from '../../../core/contracts/artifact.js';

export interface BatchLimits {
  /** Batches at most. */
  readonly most: number;
  /** Items of a batch at least, the last one's excepted: an activity that has several of them under way never waits for the disk. */
  readonly leastItems: number;
}

/**
 * Cuts work items into batches of neighbours, of about equal size.
 *
 * @param bytes - size of each item.
 * @param label - what a person calls the batch `[from, to)`.
 */
export function batchesOf(
  bytes: readonly number[],
  { most, leastItems }: BatchLimits,
  label: (from: number, to: number) => string,
): Batch[] {
  const total = bytes.reduce((sum, size) => sum + size, 0);
  const batches: Batch[] = [];
  let from = 0;
  let [before, size] = [0, 0];
  for (const [index, own] of bytes.entries()) {
    size += own;
    const isLast = index === bytes.length - 1;
    const batchesLeft = most - batches.length;
    const isLarge = bytes.length <= most || (batchesLeft > 1 && size >= (total - before) / batchesLeft);
    const isFull = isLarge && index + 1 - from >= leastItems;
    if (!isFull && !isLast) continue;
    batches.push({ from, to: index + 1, bytes: size, label: label(from, index + 1) });
    from = index + 1;
    before += size;
    size = 0;
  }
  return batches;
}
