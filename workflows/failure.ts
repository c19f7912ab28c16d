import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure } from '@temporalio/workflow';

/** What a failed activity or child says of itself: the error table's type, its message and the remedy. */
export interface Reason {
  readonly type: string;
  readonly message: string;
  readonly remedy: string;
}

/** Unwraps activity and child workflow failures down to the cause that a person can act on. */
export function reasonOf(error: unknown): Reason {
  let cause = error;
  while (
    (cause instanceof ActivityFailure || cause instanceof ChildWorkflowFailure) &&
    cause.cause !== undefined
  )
    cause = cause.cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof ApplicationFailure)
    return { type: cause.type ?? 'Error', message, remedy: remedyIn(cause.details) };
  return { type: cause instanceof Error ? cause.name : 'Error', message, remedy: '' };
}

/** The activity edge puts `{remedy}` first in an ApplicationFailure's details. */
function remedyIn(details: readonly unknown[] | null | undefined): string {
  const first = details?.[0];
  if (typeof first === 'object' && first !== null && 'remedy' in first && typeof first.remedy === 'string')
    return first.remedy;
  return '';
}
