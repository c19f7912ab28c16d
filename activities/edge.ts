import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { defined } from '../core/defined.js';
import { HeadraceError, messageOf } from '../core/errors.js';
import type { ErrorType } from '../core/errors.js';
import type { Progress, WorkContext } from '../core/progress.js';

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
  /**
   * The activity heartbeats this often, whether or not there is progress. The server's answer carries a
   * cancel, so long work is cancelled even without progress.
   */
  readonly heartbeatEveryMs: number;
  /** Called with the type of the error of an attempt that fails by itself. */
  readonly onFailure?: (type: ErrorType) => void;
}

/**
 * Attempts with an InternalError after which it is final: a defect does not pass with time. Attempts that end
 * with their worker or fail otherwise do not count.
 */
const mostInternalErrors = 5;

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
    const previous = fieldsOf(context.info.heartbeatDetails);
    let latest: Details = previous;
    const beat = (): void => context.heartbeat(latest);
    const timer = setInterval(beat, options.heartbeatEveryMs);
    beat();
    try {
      return await work(input, {
        signal: abort.signal,
        resume: previous.resume,
        progress: (progress) => {
          const note = progress.note === undefined ? undefined : options.scrub(progress.note);
          const { internalErrors } = previous;
          latest = { ...progress, ...defined({ note, internalErrors }) };
          beat();
        },
      });
    } catch (error) {
      if (abort.signal.aborted) throw cancellation(context, options.scrub);
      if (error instanceof ApplicationFailure || error instanceof CancelledFailure) throw error;
      const known = asHeadraceError(error);
      options.onFailure?.(known.type);
      if (known.type !== 'InternalError') throw failureOf(known, options.scrub);
      const internalErrors = (previous.internalErrors ?? 0) + 1;
      latest = { ...latest, internalErrors };
      // The failure carries the last heartbeat to the next attempt.
      beat();
      throw defectOf(known, error, internalErrors, options.scrub);
    } finally {
      clearInterval(timer);
    }
  };
}

/** Heartbeat details: the work's progress, and how many attempts have failed with an InternalError. */
interface Details extends Partial<Progress> {
  readonly internalErrors?: number;
}

function fieldsOf(details: unknown): Details {
  return typeof details === 'object' && details !== null ? { ...details } : {};
}

function cancellation(context: Context, scrub: (text: string) => string): Error {
  const details = context.cancellationDetails;
  if (details?.workerShutdown === true && !details.cancelRequested)
    return failureOf(new HeadraceError('WorkerLostError', 'The worker was shut down'), scrub);
  return new CancelledFailure('Cancelled');
}

function asHeadraceError(error: unknown): HeadraceError {
  return error instanceof HeadraceError
    ? error
    : new HeadraceError('InternalError', messageOf(error), { cause: error });
}

/**
 * The failure in the history: type and retryability of the error table, the remedy as details, no secrets.
 */
function failureOf(
  error: HeadraceError,
  scrub: (text: string) => string,
  isFinal = false,
): ApplicationFailure {
  return ApplicationFailure.create({
    message: scrub(error.message),
    type: error.type,
    nonRetryable: !error.retryable || isFinal,
    details: [defined({ remedy: scrub(error.remedy), retryAfterMs: error.retryAfterMs })],
    ...defined({ nextRetryDelay: error.retryAfterMs }),
  });
}

/** As {@link failureOf}, with the stack of what was thrown. */
function defectOf(
  error: HeadraceError,
  thrown: unknown,
  internalErrors: number,
  scrub: (text: string) => string,
): ApplicationFailure {
  const failure = failureOf(error, scrub, internalErrors >= mostInternalErrors);
  if (thrown instanceof Error && thrown.stack !== undefined) failure.stack = scrub(thrown.stack);
  return failure;
}
