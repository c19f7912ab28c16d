/** Runs `work` with a signal that the first Ctrl-C aborts. A second Ctrl-C ends the process. */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  signals: readonly NodeJS.Signals[] = ['SIGINT'],
): Promise<T> {
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort(new Error('Interrupted'));
  for (const name of signals) process.once(name, stop);
  try {
    return await work(interrupted.signal);
  } finally {
    for (const name of signals) process.removeListener(name, stop);
  }
}

/** Resolves when the signal is aborted. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
