import type { Operation } from './operations.js';

/** The requests of one operation. */
export interface OperationCount {
  readonly requests: number;
  /** Bytes of request bodies. */
  readonly sentBytes: number;
  /** Bytes of answers' bodies. */
  readonly receivedBytes: number;
  /** Answers by status. `cut` are those that no answer reached. */
  readonly answers: Readonly<Record<string, number>>;
}

/** Counts requests by operation. */
export class RequestCounts {
  readonly #counts = new Map<
    Operation,
    { requests: number; sentBytes: number; receivedBytes: number; answers: Record<string, number> }
  >();

  #of(operation: Operation): {
    requests: number;
    sentBytes: number;
    receivedBytes: number;
    answers: Record<string, number>;
  } {
    const found = this.#counts.get(operation);
    if (found !== undefined) return found;
    const made = { requests: 0, sentBytes: 0, receivedBytes: 0, answers: {} };
    this.#counts.set(operation, made);
    return made;
  }

  request(operation: Operation): void {
    this.#of(operation).requests += 1;
  }

  sent(operation: Operation, bytes: number): void {
    this.#of(operation).sentBytes += bytes;
  }

  received(operation: Operation, bytes: number): void {
    this.#of(operation).receivedBytes += bytes;
  }

  answered(operation: Operation, status: number | 'cut'): void {
    const { answers } = this.#of(operation);
    answers[status] = (answers[status] ?? 0) + 1;
  }

  reset(): void {
    this.#counts.clear();
  }

  /** By operation; those without a request are missing. */
  counts(): Readonly<Partial<Record<Operation, OperationCount>>> {
    return Object.fromEntries(
      [...this.#counts].map(([name, { answers, ...rest }]) => [name, { ...rest, answers: { ...answers } }]),
    );
  }
}
