import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure, TerminatedFailure } from '@temporalio/common';
import { messageOf } from '../../core/errors.js';
import type { Stage1Result } from '../../core/run/run.js';
import type { TemporalClient } from '../temporal/connect.js';
import { handleOf } from './find-run.js';

/** How a run ended. */
export type RunEnding =
  | { readonly kind: 'done'; readonly result: Stage1Result }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'cancelled' };

/** How a run ended, according to the server. Waits for the end of a running one. */
export async function runEnding(temporal: TemporalClient, name: string): Promise<RunEnding> {
  try {
    return { kind: 'done', result: await handleOf(temporal, name).result() };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    if (cause instanceof CancelledFailure) return { kind: 'cancelled' };
    if (cause instanceof TerminatedFailure) return { kind: 'failed', message: 'The run was terminated' };
    return { kind: 'failed', message: messageOf(cause ?? error) };
  }
}
