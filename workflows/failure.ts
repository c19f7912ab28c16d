import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  ChildWorkflowFailure,
  isCancellation,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import { errorTable } from '../core/errors.js';
import type { ErrorType } from '../core/errors.js';
import type { Reason } from '../core/run/state.js';

/** The cause that the user can act on: what the error table has for it, else the name of the error. */
export function reasonOf(error: unknown): Reason {
  const cause = causeOf(error);
  const message = cause instanceof Error ? cause.message : String(cause);
  const type = typeOf(cause);
  const remedy = detailsOf(cause)['remedy'];
  return { type, message, remedy: typeof remedy === 'string' ? remedy : remedyOf(type) };
}

/** Where an activity failed because its worker ended or fell silent. */
export function isWorkerLost(error: unknown): boolean {
  return error instanceof ActivityFailure && typeOf(error.cause) === ('WorkerLostError' satisfies ErrorType);
}

/** The shortest wait before the next attempt, where the failure has one: a server's Retry-After. */
export function retryAfterMsOf(error: unknown): number | undefined {
  const { retryAfterMs } = detailsOf(causeOf(error));
  return typeof retryAfterMs === 'number' ? retryAfterMs : undefined;
}

/**
 * Whether the error is the cancel of what runs here. A child workflow that is cancelled by hand fails
 * with a cancellation too, and that is no cancel of this workflow.
 */
export function isOwnCancel(error: unknown): boolean {
  return isCancellation(error) && CancellationScope.current().consideredCancelled;
}

/**
 * Whether an activity ended on request: with a cancellation, or with a failure that is not
 * retried then.
 */
export function isInterrupted(error: unknown): boolean {
  return (
    isCancellation(error) || (error instanceof ActivityFailure && error.retryState === 'CANCEL_REQUESTED')
  );
}

/** Unwraps activity and child workflow failures. */
function causeOf(error: unknown): unknown {
  let cause = error;
  while (
    (cause instanceof ActivityFailure || cause instanceof ChildWorkflowFailure) &&
    cause.cause !== undefined
  )
    cause = cause.cause;
  return cause;
}

function typeOf(cause: unknown): string {
  if (cause instanceof ApplicationFailure) return cause.type ?? 'Error';
  if (cause instanceof TimeoutFailure)
    return (cause.timeoutType === 'HEARTBEAT' ? 'WorkerLostError' : 'TimeLimitError') satisfies ErrorType;
  if (cause instanceof CancelledFailure || cause instanceof TerminatedFailure)
    return 'ChildCancelledError' satisfies ErrorType;
  return cause instanceof Error ? cause.name : 'Error';
}

function remedyOf(type: string): string {
  return Object.entries(errorTable).find(([name]) => name === type)?.[1].remedy ?? '';
}

/** The activity edge puts `{remedy, retryAfterMs}` first in an ApplicationFailure's details. */
function detailsOf(cause: unknown): Readonly<Record<string, unknown>> {
  const first = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
  return typeof first === 'object' && first !== null ? { ...first } : {};
}
