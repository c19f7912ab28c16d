/** A request on its way: it has its place in the sequence, and its result can be awaited later. */
export interface Pending<T> {
  /** Resolves when the server has taken the request. */
  readonly submitted: Promise<void>;
  /** Resolves with the result; rejects also where the submission failed. */
  readonly result: Promise<T>;
}

/** Keeps a rejection that nobody awaits yet from ending the process; whoever awaits it still gets it. */
export function pending<T>(submitted: Promise<void>, result: Promise<T>): Pending<T> {
  submitted.catch(() => undefined);
  result.catch(() => undefined);
  return { submitted, result };
}
