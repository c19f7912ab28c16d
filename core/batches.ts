import type { Batches } from './contracts/artifact.js';

/** Small work is cut into about so many batches, so that several workers share it. */
const fewest = 64;
/**
 * Large work has batches of about so many bytes. Fair scheduling counts batches, and a worker that is lost
 * loses at most one for each slot.
 */
const batchBytes = 1024 ** 3;

/** Batches in one history: about six events each, and those of pauses. More are done in children. */
export const mostBatchesInHistory = 500;

/**
 * Cuts the items of a plan, `bytes` in all, into batches of neighbours.
 *
 * @param leastItems - of each batch but the last. @default 1
 */
export function batchesOf(items: number, bytes: number, leastItems = 1): Batches {
  const wanted = Math.max(fewest, bytes / batchBytes);
  return { items, itemsPerBatch: Math.max(leastItems, Math.floor(items / wanted)), bytes };
}

/** Nothing to do. */
export const noBatches: Batches = batchesOf(0, 0);

/** How many batches there are. */
export function batchCount({ items, itemsPerBatch }: Batches): number {
  return Math.ceil(items / itemsPerBatch);
}

/** Items `[from, to)` of the batch of this index, which counts from 0. */
export function batchAt(
  { items, itemsPerBatch }: Batches,
  index: number,
): { readonly from: number; readonly to: number } {
  const from = index * itemsPerBatch;
  return { from, to: Math.min(from + itemsPerBatch, items) };
}

/** `file 3 of 12`, `files 5 to 8 of 2,000`: which items a batch has. @param noun - of one item. */
export function batchLabel(batches: Batches, index: number, noun: string): string {
  const { from, to } = batchAt(batches, index);
  const which = to - from === 1 ? `${noun} ${to}` : `${noun}s ${from + 1} to ${to}`;
  return `${which} of ${batches.items}`;
}
