/**
 * Does `work` when no other work under that key is under way in `underWay`.
 *
 * @throws the signal's reason where it aborts meanwhile; what `work` throws.
 */
export async function oneAtATime<Result>(
  underWay: Map<string, Promise<void>>,
  key: string,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let other = underWay.get(key); other !== undefined; other = underWay.get(key))
    await settledOrAborted(other, signal);
  const result = work();
  const clear = (): void => void underWay.delete(key);
  underWay.set(key, result.then(clear, clear));
  return await result;
}

/** Waits until the work of another caller has settled. Rejects where the signal aborts. */
async function settledOrAborted(other: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let onAbort = (): void => undefined;
  const aborted = new Promise<void>((done) => {
    onAbort = done;
    signal.addEventListener('abort', onAbort);
  });
  await Promise.race([other, aborted]);
  signal.removeEventListener('abort', onAbort);
  signal.throwIfAborted();
}
