import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';

/**
 * How many items to work on at a time with so many threads: while one item waits for the disk, another one
 * has its thread.
 */
export const itemsAtOnce = (threads: number): number => threads + 2;

/**
 * Does `work` for each item, at most `limit` at a time, and returns the results in the order of the items.
 * The first failure aborts the others. It is thrown when all of them have ended, so that nothing runs on
 * after the call.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  signal: AbortSignal,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  signal.throwIfAborted();
  const failed = new AbortController();
  const both = AbortSignal.any([signal, failed.signal]);
  // Every item may listen.
  setMaxListeners(0, both);
  const slots = pLimit(limit);
  const one = async (item: Item): Promise<Result> => {
    both.throwIfAborted();
    try {
      return await work(item, both);
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  };
  const results = items.map((item) => slots(one, item));
  await Promise.allSettled(results);
  signal.throwIfAborted();
  failed.signal.throwIfAborted();
  return await Promise.all(results);
}

/** Runs both side by side. A failure aborts the other one, and is thrown when both have ended. */
export async function together<First, Second>(
  signal: AbortSignal,
  first: (signal: AbortSignal) => Promise<First>,
  second: (signal: AbortSignal) => Promise<Second>,
): Promise<readonly [First, Second]> {
  signal.throwIfAborted();
  const failed = new AbortController();
  const both = AbortSignal.any([signal, failed.signal]);
  const abortBoth = (error: unknown): never => {
    failed.abort(error);
    throw error;
  };
  const results = [first(both).catch(abortBoth), second(both).catch(abortBoth)] as const;
  await Promise.allSettled(results);
  signal.throwIfAborted();
  failed.signal.throwIfAborted();
  return await Promise.all(results);
}
