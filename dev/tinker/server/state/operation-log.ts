/** An operation of the server, for tests. */
export interface Operation {
  /** Rises by one from operation to operation. */
  readonly n: number;
  readonly op: string;
  readonly outcome: 'done' | 'failed';
  readonly sessionId?: string;
  readonly modelId?: string;
  readonly seqId?: number;
  /** Optimiser steps in the model after the operation. */
  readonly step?: number;
  /** Checkpoint path. */
  readonly path?: string;
  readonly error?: string;
}

/** The last operations, oldest first. */
export class OperationLog {
  readonly #limit: number;
  #n = 0;
  readonly #kept: Operation[] = [];

  constructor(limit = 10_000) {
    this.#limit = limit;
  }

  add(operation: Omit<Operation, 'n'>): void {
    this.#kept.push({ n: this.#n, ...operation });
    this.#n += 1;
    if (this.#kept.length > this.#limit) this.#kept.shift();
  }

  list(
    filter: { readonly modelId?: string | undefined; readonly op?: string | undefined } = {},
  ): readonly Operation[] {
    return this.#kept.filter(
      ({ modelId, op }) =>
        (filter.modelId === undefined || modelId === filter.modelId) &&
        (filter.op === undefined || op === filter.op),
    );
  }
}
