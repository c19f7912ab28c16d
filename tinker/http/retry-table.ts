/**
 * When a call is sent again: one table for every call of this client. Source: the Python SDK 0.38
 * (`_base_client.py`, `execute_with_retries`, `api_future_impl.py`), with three changes: its three layers of
 * retries are one; polls back off after a 5xx instead of repeating at once; an unreachable server is given up
 * after a time.
 */

/**
 * - `control`: idempotent or keyed calls outside training: sessions, models, listings
 * - `submit`: forward_backward, optim_step, load, asample: resent with the same sequence id
 * - `save`: as submit, but a 409 is about the name, and another try never helps
 * - `poll`: retrieve_future
 * - `once`: never sent again: heartbeats
 */
export type CallClass = 'control' | 'submit' | 'save' | 'poll' | 'once';

/** How a failed try ended. */
export type Outcome =
  | { readonly is: 'no-answer' }
  | {
      readonly is: 'status';
      readonly status: number;
      readonly emptyBody: boolean;
      /** `x-should-retry` of the server, which overrides the table. */
      readonly shouldRetry?: boolean;
      /** From `retry-after-ms` or `retry-after`, in milliseconds. */
      readonly retryAfterMs?: number;
    };

/** The failed tries of a call so far. Times in milliseconds. */
export interface RetryState {
  /** Failed tries before this one. */
  readonly failures: number;
  /** Since the first try. */
  readonly elapsedMs: number;
  /** Since the first of consecutive tries without an answer; 0 for the first. */
  readonly silentMs: number;
  /** 400s before this one. */
  readonly badRequests: number;
  /** Spent waiting because of 402. */
  readonly pausedMs: number;
}

export interface RetryLimits {
  /** Retries of a `control` call. @default 10 */
  readonly controlRetries: number;
  /** When a `submit` or `save` is given up, and a `poll` without any answer. @default 300_000 */
  readonly budgetMs: number;
  /** Longest wait for billing. @default that of the server's client settings, else 3_600_000 */
  readonly billingPauseMs: number;
}

export const defaultRetryLimits: RetryLimits = {
  controlRetries: 10,
  budgetMs: 300_000,
  billingPauseMs: 3_600_000,
};

export type Verdict =
  | { readonly do: 'retry'; readonly delayMs: number }
  | { readonly do: 'pause'; readonly delayMs: number }
  | { readonly do: 'fail' };

const fail: Verdict = { do: 'fail' };
const billingPollMs = 5_000;
const longestServerDelayMs = 60_000;
const pollBadRequests = 3;

/**
 * What to do after a try that failed.
 *
 * @param random in [0, 1); spreads the back-off of `control`, `submit` and `save`.
 */
export function verdictOn(
  call: CallClass,
  outcome: Outcome,
  state: RetryState,
  limits: RetryLimits,
  random: number,
): Verdict {
  if (call === 'once') return fail;
  if (call === 'poll') return verdictOnPoll(outcome, state, limits);
  if (outcome.is === 'status' && outcome.status === 402)
    return call === 'control' ? fail : pause(state, limits);
  const mayRetry =
    outcome.is === 'no-answer' ||
    (outcome.shouldRetry ?? isTransient(call, outcome.status, outcome.emptyBody));
  if (!mayRetry) return fail;
  const exhausted =
    call === 'control' ? state.failures >= limits.controlRetries : state.elapsedMs >= limits.budgetMs;
  if (exhausted || state.elapsedMs >= limits.budgetMs) return fail;
  return { do: 'retry', delayMs: submitDelayMs(outcome, state.failures, random) };
}

function isTransient(call: CallClass, status: number, emptyBody: boolean): boolean {
  if (status === 409) return call !== 'save';
  // A 400 without a body comes from the proxy in front of the service, not from the service.
  if (status === 400) return emptyBody;
  return status === 408 || status === 429 || status >= 500;
}

function submitDelayMs(outcome: Outcome, failures: number, random: number): number {
  const asked = outcome.is === 'status' ? outcome.retryAfterMs : undefined;
  if (asked !== undefined && asked > 0 && asked <= longestServerDelayMs) return asked;
  return Math.round(Math.min(500 * 2 ** failures, 10_000) * (1 - 0.25 * random));
}

function verdictOnPoll(outcome: Outcome, state: RetryState, limits: RetryLimits): Verdict {
  const slowBackoff: Verdict = { do: 'retry', delayMs: Math.min(1000 * 2 ** state.failures, 30_000) };
  if (outcome.is === 'no-answer') return state.silentMs >= limits.budgetMs ? fail : slowBackoff;
  const { status } = outcome;
  if (status === 408) return { do: 'retry', delayMs: 0 };
  if (status >= 500) return { do: 'retry', delayMs: Math.min(250 * 2 ** state.failures, 5_000) };
  if (status === 429) return slowBackoff;
  // Proxies answer 400 now and then, and SkyRL answers it for a request that failed: a few polls tell them
  // apart.
  if (status === 400) return state.badRequests < pollBadRequests ? { do: 'retry', delayMs: 500 } : fail;
  if (status === 402) return pause(state, limits);
  return fail;
}

function pause(state: RetryState, limits: RetryLimits): Verdict {
  return state.pausedMs >= limits.billingPauseMs ? fail : { do: 'pause', delayMs: billingPollMs };
}

/** `retry-after-ms`, or `retry-after` as seconds or a date, in milliseconds. */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const ms = Number.parseFloat(headers.get('retry-after-ms') ?? '');
  if (Number.isFinite(ms)) return ms;
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date - nowMs;
}
