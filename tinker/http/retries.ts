import type { Clock } from './clock.js';
import {
  verdictOn,
  type CallClass,
  type Outcome,
  type RetryLimits,
  type RetryState,
  type Verdict,
} from './retry-table.js';

/** The failed tries of one call, for the retry table. */
export class Retries {
  readonly #call: CallClass;
  readonly #limits: RetryLimits;
  readonly #clock: Clock;
  readonly #startedMs: number;
  #silentSinceMs: number | undefined;
  #state: RetryState = { failures: 0, elapsedMs: 0, silentMs: 0, badRequests: 0, pausedMs: 0 };

  constructor(call: CallClass, limits: RetryLimits, clock: Clock) {
    this.#call = call;
    this.#limits = limits;
    this.#clock = clock;
    this.#startedMs = clock.now();
  }

  /** How much longer the call may wait for billing, in milliseconds. */
  get pauseLeftMs(): number {
    return this.#limits.billingPauseMs - this.#state.pausedMs;
  }

  /** The table's verdict after a failed try. */
  verdictOn(outcome: Outcome): Verdict {
    const now = this.#clock.now();
    this.#silentSinceMs = outcome.is === 'no-answer' ? (this.#silentSinceMs ?? now) : undefined;
    this.#state = {
      ...this.#state,
      elapsedMs: now - this.#startedMs,
      silentMs: this.#silentSinceMs === undefined ? 0 : now - this.#silentSinceMs,
    };
    return verdictOn(this.#call, outcome, this.#state, this.#limits, this.#clock.random());
  }

  /** Counts a failed try, once its verdict has been carried out. */
  count(outcome: Outcome, verdict: Exclude<Verdict, { readonly do: 'fail' }>): void {
    const { failures, badRequests, pausedMs } = this.#state;
    const isBadRequest = outcome.is === 'status' && outcome.status === 400;
    this.#state = {
      ...this.#state,
      // A pause for billing and a 408 of a long poll are not failures: they must not lengthen the next
      // back-off.
      failures: failures + (verdict.do === 'retry' && verdict.delayMs > 0 ? 1 : 0),
      badRequests: badRequests + (isBadRequest ? 1 : 0),
      pausedMs: pausedMs + (verdict.do === 'pause' ? verdict.delayMs : 0),
    };
  }
}
