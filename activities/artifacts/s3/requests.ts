import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { defined } from '../../../core/defined.js';
import { HeadraceError } from '../../../core/errors.js';
import type { Count } from '../../../core/run/meter.js';
import { answerText, errorOfRefusal, isOfService, isTransient, refusalOf, type Refusal } from './refusal.js';
import type { S3Tuning } from './tuning.js';

/** What a request does, for messages and counts. */
export interface Doing {
  readonly verb: 'get' | 'look up' | 'put' | 'list' | 'delete' | 'begin' | 'complete';
  readonly what: string;
}

/** Removes secrets from the message of an answer. */
type Scrub = (text: string) => Promise<string>;

/** Sends requests, a limited number at a time, and repeats those that fail for a moment. */
export class Requests {
  readonly #place: string;
  readonly #tuning: S3Tuning;
  readonly #scrub: Scrub;
  readonly #onWarning: (message: string) => void;
  readonly #count: Count;
  readonly #slots: ReturnType<typeof pLimit>;
  /** Failures that were shown: each kind is shown once. */
  readonly #shown = new Set<string>();

  constructor(options: {
    readonly place: string;
    readonly tuning: S3Tuning;
    readonly scrub: Scrub;
    readonly onWarning: (message: string) => void;
    readonly count: Count;
  }) {
    this.#place = options.place;
    this.#tuning = options.tuning;
    this.#scrub = options.scrub;
    this.#onWarning = options.onWarning;
    this.#count = options.count;
    this.#slots = pLimit(options.tuning.requestsAtOnce);
  }

  /**
   * The result of `attempt`.
   *
   * @param answer - gives a result to refusals that are none to the caller; `undefined` for the others.
   * @throws {HeadraceError} of the store; the signal's reason.
   */
  send<Result>(
    doing: Doing,
    attempt: () => Promise<Result>,
    options: {
      readonly answer?: (refusal: Refusal) => { readonly is: Result } | undefined;
      readonly signal?: AbortSignal | undefined;
    } = {},
  ): Promise<Result> {
    return this.#slots(async () => {
      for (let failures = 1; ; failures += 1)
        try {
          options.signal?.throwIfAborted();
          const result = await attempt();
          this.#counted(doing, 'answered');
          return result;
        } catch (error) {
          options.signal?.throwIfAborted();
          const refusal = await this.#clean(refusalOf(error));
          const answer = options.answer?.(refusal);
          this.#counted(doing, answer === undefined ? 'failed' : 'answered');
          if (answer !== undefined) return answer.is;
          await this.#beforeRetry(refusal, failures, doing, error, options.signal);
        }
    });
  }

  /** Pauses before the next try. @throws {HeadraceError} where there is none. */
  async #beforeRetry(
    refusal: Refusal,
    failures: number,
    { verb, what: object }: Doing,
    error: unknown,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const what = `Cannot ${verb} ${object} of the store ${this.#place}`;
    // The original has headers and bodies with parts of the key.
    const cause = new Error(refusal.message);
    // The SDK learns the difference of the clocks from the first refusal.
    const mayPass = isTransient(refusal) || (refusal.code === 'RequestTimeTooSkewed' && failures === 1);
    if (!isOfService(refusal)) throw error;
    if (!mayPass) throw errorOfRefusal(refusal, what, cause);
    const { retryAfterMs } = refusal;
    const isTooLong = retryAfterMs !== undefined && retryAfterMs > this.#tuning.longestWaitMs;
    if (isTooLong || failures >= this.#tuning.tries) {
      const tries = isTooLong ? 'its Retry-After is too long to wait here' : `${failures} tries`;
      throw new HeadraceError('StoreUnavailableError', `${what}: ${answerText(refusal)} (${tries})`, {
        cause,
        ...defined({ retryAfterMs }),
      });
    }
    this.#show(`${what}: ${answerText(refusal)}; trying again`, refusal);
    const backoff = this.#tuning.retryMs * 2 ** Math.min(failures - 1, 4);
    // Jitter, so that requests that failed together are not repeated together.
    await pause(retryAfterMs ?? backoff * (0.75 + Math.random() / 2), signal);
  }

  #counted({ verb }: Doing, outcome: 'answered' | 'failed'): void {
    this.#count({ counter: 'requests', value: 1, labels: { kind: verb, outcome } });
  }

  #show(message: string, { status, code }: Refusal): void {
    const kind = `${status} ${code}`;
    if (this.#shown.has(kind)) return;
    this.#shown.add(kind);
    this.#onWarning(`${message} (shown once)`);
  }

  async #clean(refusal: Refusal): Promise<Refusal> {
    return { ...refusal, message: await this.#scrub(refusal.message) };
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    signal?.throwIfAborted();
  }
}
