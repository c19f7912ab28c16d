import type { Gate } from '../pause/gate.js';

/**
 * Requests to save a checkpoint now. Each is answered once: after the record of what was saved, or where
 * there is nothing.
 */
export class SaveRequests {
  readonly #gate: Gate;
  readonly #answer: (requests: number) => Promise<void>;
  #open = 0;
  #isTraining = false;

  constructor(gate: Gate, answer: (requests: number) => Promise<void>) {
    this.#gate = gate;
    this.#answer = answer;
  }

  /** Ends the segment under way, which saves and is recorded before the answer. */
  async add(): Promise<void> {
    this.#open += 1;
    if (this.#isTraining) this.#gate.interrupt();
    else await this.answer();
  }

  /** Trains and records a segment. */
  async during<Result>(segment: () => Promise<Result>): Promise<Result> {
    this.#isTraining = true;
    try {
      return await segment();
    } finally {
      this.#isTraining = false;
    }
  }

  async answer(): Promise<void> {
    const requests = this.#open;
    this.#open = 0;
    if (requests > 0) await this.#answer(requests);
  }
}
