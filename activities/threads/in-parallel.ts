import pLimit from 'p-limit';

/** Items of `threads` threads that are under way: while one waits for the disk, another one has its thread. */
export const underWay = (threads: number): number => threads + 2;

/**
 * Runs both side by side. A failure of one aborts the other; it is thrown when both have ended, so that nothing runs on
 * behind the caller's back.
 */
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

/**
 * Does `work` for each item, at most `limit` at a time. The first failure aborts the others; it is thrown when all of
 * them have ended, so that nothing runs on behind the caller's back.
 */
export async function inParallel<Item>(
  items: readonly Item[],
  limit: number,
  signal: AbortSignal,
  work: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  signal.throwIfAborted();
  const failed = new AbortController();
  const both = AbortSignal.any([signal, failed.signal]);
  const slots = pLimit(limit);
  const one = async (item: Item): Promise<void> => {
    both.throwIfAborted();
    try {
      await work(item, both);
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  };
  await Promise.allSettled(items.map((item) => slots(one, item)));
  signal.throwIfAborted();
  failed.signal.throwIfAborted();
}
