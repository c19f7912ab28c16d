/** A request in flight. It has its place in the sequence; its result can be awaited later. */
export interface Pending<T> {
  /** Resolves when the server has taken the request. */
  readonly submitted: Promise<void>;
  /** Resolves with the result; rejects also where the submission failed. */
  readonly result: Promise<T>;
}

/** A {@link Pending} whose rejections do not end the process before they are awaited. */
export function pending<T>(submitted: Promise<void>, result: Promise<T>): Pending<T> {
  submitted.catch(() => undefined);
  result.catch(() => undefined);
  return { submitted, result };
}
