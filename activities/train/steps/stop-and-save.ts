/**
 * The abort reason with which a segment saves and returns early: a pause, a cancel whose result is awaited, a
 * worker that shuts down. Any other reason ends the segment at once.
 */
export class StopAndSave extends Error {
  override readonly name = 'StopAndSave';

  constructor(message = 'The training was stopped, with a save') {
    super(message);
  }
}

export function isStopAndSave(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof StopAndSave;
}

/**
 * Aborts `life` when `signal` is aborted, except with {@link StopAndSave}. Returns a function that ends this.
 */
export function abortWith(signal: AbortSignal, life: AbortController): () => void {
  const abort = (): void => {
    if (!isStopAndSave(signal)) life.abort(signal.reason);
  };
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return () => signal.removeEventListener('abort', abort);
}
