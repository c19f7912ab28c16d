import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { defined } from '../core/defined.js';
import { HeadraceError, messageOf } from '../core/errors.js';
import type { WorkContext } from '../core/progress.js';

/**
 * The edge between Temporal and the work: heartbeats, cancellation and failures in one place, so that the
 * work itself depends on a {@link WorkContext} alone.
 */
/** Options of {@link atEdge}. */
export interface EdgeOptions {
  /** Removes secrets from texts that go into the history. */
  readonly scrub: (text: string) => string;
  /**
   * The abort reason for work that can save and return where it stands. It is used where the server still
   * takes the result (cancel, pause, worker shutdown), and not where the attempt has been given up.
   */
  readonly saveReason?: () => unknown;
}

/**
 * Every activity heartbeats this often, whether or not there is progress. The server's answer carries a
 * cancel, so long work is cancelled even without progress.
 */
export const heartbeatEveryMs = 1_000;
/** Attempts after which an InternalError is final: a defect does not pass with time. */
const internalErrorAttempts = 5;

/** Returns a Temporal activity that does `work`. */
export function atEdge<Input, Output>(
  work: (input: Input, context: WorkContext) => Promise<Output>,
  options: EdgeOptions,
): (input: Input) => Promise<Output> {
  return async (input) => {
    const context = Context.current();
    const abort = new AbortController();
    context.cancelled.catch((failure: unknown) => {
      const details = context.cancellationDetails;
      const answered = details === undefined || !(details.notFound || details.timedOut || details.reset);
      abort.abort(answered && options.saveReason !== undefined ? options.saveReason() : failure);
    });
    // The last attempt's details stay until this one has progress: the next attempt may resume from them.
    const previous: unknown = context.info.heartbeatDetails;
    let latest = previous;
    const beat = (): void => context.heartbeat(latest);
    const timer = setInterval(beat, heartbeatEveryMs);
    beat();
    try {
      return await work(input, {
        signal: abort.signal,
        resume: resumeOf(previous),
        progress: (progress) => {
          latest =
            progress.note === undefined ? progress : { ...progress, note: options.scrub(progress.note) };
          beat();
        },
      });
    } catch (error) {
      throw abort.signal.aborted
        ? cancellation(context, options.scrub)
        : asFailure(error, context.info.attempt, options.scrub);
    } finally {
      clearInterval(timer);
    }
  };
}

function resumeOf(details: unknown): unknown {
  return typeof details === 'object' && details !== null && 'resume' in details ? details.resume : undefined;
}

function cancellation(context: Context, scrub: (text: string) => string): Error {
  const details = context.cancellationDetails;
  if (details?.workerShutdown === true && !details.cancelRequested)
    return asFailure(
      new HeadraceError('WorkerLostError', 'The worker was shut down'),
      context.info.attempt,
      scrub,
    );
  return new CancelledFailure('Cancelled');
}

/**
 * The failure in the history: type and retryability of the error table, the remedy as details, no secrets.
 */
function asFailure(error: unknown, attempt: number, scrub: (text: string) => string): Error {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  const known =
    error instanceof HeadraceError
      ? error
      : new HeadraceError('InternalError', messageOf(error), { cause: error });
  const failure = ApplicationFailure.create({
    message: scrub(known.message),
    type: known.type,
    nonRetryable: !known.retryable || (known.type === 'InternalError' && attempt >= internalErrorAttempts),
    details: [defined({ remedy: scrub(known.remedy), retryAfterMs: known.retryAfterMs })],
    ...defined({ nextRetryDelay: known.retryAfterMs }),
  });
  const stack = error instanceof Error ? error.stack : undefined;
  if (known.type === 'InternalError' && stack !== undefined) failure.stack = scrub(stack);
  return failure;
}
