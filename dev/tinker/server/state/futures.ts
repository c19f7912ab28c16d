import { randomUUID } from 'node:crypto';
import type { LossResult } from '../../model/jax-engine.js';
import type { SampleResult } from '../../model/sampler.js';
import { Problem } from '../problem.js';

/** The outcome of a request. It is encoded when it is fetched: that request names the form. */
export type Outcome =
  | { readonly kind: 'json'; readonly body: unknown }
  | { readonly kind: 'loss'; readonly result: LossResult }
  | { readonly kind: 'sample'; readonly result: SampleResult }
  | { readonly kind: 'failed'; readonly error: string; readonly category: 'user' | 'server' };

/** The promise of an outcome, under a request id. */
export class Future {
  readonly sessionId: string;
  readonly requestId = randomUUID();
  /** False while the request waits for an earlier one, which may be missing. */
  running = false;
  #outcome: Outcome | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(sessionId: string) {
    this.sessionId = sessionId;
  }

  settle(outcome: Outcome): void {
    this.#outcome = outcome;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }

  /** The outcome, or undefined where there is none after `ms` milliseconds. */
  async wait(ms: number): Promise<Outcome | undefined> {
    if (this.#outcome === undefined)
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          this.#listeners.delete(done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        this.#listeners.add(done);
      });
    return this.#outcome;
  }
}

/**
 * Futures of all sessions. Above a limit the oldest are dropped, so that a long run does not fill the memory.
 */
export class Futures {
  readonly #limit: number;
  readonly #byId = new Map<string, Future>();

  constructor(limit = 20_000) {
    this.#limit = limit;
  }

  create(sessionId: string): Future {
    const future = new Future(sessionId);
    this.#byId.set(future.requestId, future);
    const [oldest] = this.#byId.keys();
    if (this.#byId.size > this.#limit && oldest !== undefined) this.#byId.delete(oldest);
    return future;
  }

  /** @throws {Problem} 410 where it is unknown: another server's, or removed. */
  get(requestId: string): Future {
    const future = this.#byId.get(requestId);
    if (future === undefined)
      throw new Problem(410, `Request ${requestId} is unknown or has expired; its promise is broken`);
    return future;
  }

  /** Fails the futures of a session that has ended; polls that wait for them are answered at once. */
  dropSession(sessionId: string, why: string): void {
    for (const [id, future] of this.#byId)
      if (future.sessionId === sessionId) {
        this.#byId.delete(id);
        future.settle({ kind: 'failed', error: why, category: 'user' });
      }
  }
}
