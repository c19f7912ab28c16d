import { setTimeout as sleep } from 'node:timers/promises';
import { defined } from '../../../core/defined.js';
import { HeadraceError, messageOf } from '../../../core/errors.js';
import type { HubTuning } from './tuning.js';

/** A transient failure: a broken network, a 429, a 5xx. */
export class TransientError extends Error {
  override readonly name = 'TransientError';

  constructor(
    message: string,
    /** The server's Retry-After, in milliseconds. */
    readonly retryAfterMs?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Whether a request with this status can succeed later. */
export function isTransientStatus(status: number): boolean {
  return [408, 425, 429].includes(status) || status >= 500;
}

/**
 * Pauses before try number `failures + 1`.
 *
 * @throws {HeadraceError} HubUnavailableError where there were too many failures, or Retry-After is longer
 * than an activity waits.
 */
export async function pauseBeforeRetry(
  error: TransientError,
  failures: number,
  tuning: HubTuning,
  signal: AbortSignal,
): Promise<void> {
  const { retryAfterMs } = error;
  const tooLong = retryAfterMs !== undefined && retryAfterMs > tuning.longestWaitMs;
  if (tooLong || failures >= tuning.tries)
    throw new HeadraceError(
      'HubUnavailableError',
      tooLong
        ? `${error.message}; its Retry-After is ${Math.ceil(retryAfterMs / 1000)} s`
        : `${error.message} (${failures} tries)`,
      { cause: error, ...defined({ retryAfterMs }) },
    );
  const backoff = tuning.retryMs * 2 ** Math.min(failures - 1, 4);
  // Jitter, so that connections that failed together do not retry together.
  await pause(retryAfterMs ?? backoff * (0.75 + Math.random() / 2), signal);
}

/** Runs `attempt` until it throws no {@link TransientError}. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  tuning: HubTuning,
  signal: AbortSignal,
): Promise<T> {
  for (let failures = 1; ; failures += 1)
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof TransientError)) throw error;
      await pauseBeforeRetry(error, failures, tuning, signal);
    }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}

/** Why a `fetch` failed: undici hides the reason in `cause`. */
export function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError && cause.errors.length > 0) return messageOf(cause.errors[0]);
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}

/**
 * `Retry-After` (seconds or a date), or the reset time of the Hub's `RateLimit: "api";r=0;t=55`, in
 * milliseconds.
 */
export function retryAfterOf(headers: Headers, now: number): number | undefined {
  const header = headers.get('retry-after');
  if (header !== null) {
    const seconds = Number(header);
    const ms = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1000;
    if (!Number.isNaN(ms)) return Math.max(0, ms);
  }
  const limit = headers.get('ratelimit');
  const [, remaining, reset] = /;\s*r=(\d+)\s*;\s*t=(\d+)/.exec(limit ?? '') ?? [];
  return remaining === '0' && reset !== undefined ? Number(reset) * 1000 : undefined;
}
