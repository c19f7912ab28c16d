import { CancellationScope, sleep } from '@temporalio/workflow';

/** How long a cancelled workflow still works for. */
const limit = '2 minutes';

/**
 * Does `work` to its end although the workflow may be cancelled, before or meanwhile. From the cancel on it
 * has two minutes, so that a server that is down or a full disk does not hold the workflow for days.
 *
 * @throws {CancelledFailure} after that time.
 */
export async function despiteCancel<Result>(work: () => Promise<Result>): Promise<Result> {
  const outer = CancellationScope.current();
  return await CancellationScope.nonCancellable(async () => {
    const [working, timer] = [new CancellationScope(), new CancellationScope()];
    const end = async (): Promise<void> => {
      await timer.run(async () => await sleep(limit));
      working.cancel();
    };
    // The timer ends with the work; then there is nothing to cancel.
    outer.cancelRequested.catch(async () => await end().catch(() => undefined));
    try {
      return await working.run(work);
    } finally {
      timer.cancel();
    }
  });
}
