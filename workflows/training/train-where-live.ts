import { ActivityFailure, TimeoutFailure } from '@temporalio/workflow';
import type { TrainSegmentInput, TrainSegmentResult } from '../../core/contracts/training.js';
import { activities, trainSegmentOn } from '../activities.js';
import { isInterrupted } from '../failure.js';

/**
 * Trains a segment in the worker that holds the live client of its predecessor, which saves loading the state
 * into a new one. Where that worker does not take it or loses it, any worker for training does.
 *
 * @param liveOn - the task queue of that worker; `null` where none holds a client.
 */
export async function trainWhereLive(
  liveOn: string | null,
  summary: string,
  input: TrainSegmentInput,
): Promise<TrainSegmentResult> {
  if (liveOn === null) return await activities.trainSegment(summary, input);
  try {
    return await trainSegmentOn(liveOn, summary, input);
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isInterrupted(error) || !canTryElsewhere(error)) throw error;
    return await activities.trainSegment(summary, { ...input, ...leftBy(error) });
  }
}

function canTryElsewhere({ cause, retryState }: ActivityFailure): boolean {
  return cause instanceof TimeoutFailure || retryState === 'MAXIMUM_ATTEMPTS_REACHED';
}

/** What the lost attempt's heartbeat holds for the next one: the session, for it to finish. */
function leftBy({ cause }: ActivityFailure): Pick<TrainSegmentInput, 'resume'> {
  const details: unknown = cause instanceof TimeoutFailure ? cause.lastHeartbeatDetails : undefined;
  return typeof details === 'object' && details !== null && 'resume' in details
    ? { resume: details.resume }
    : {};
}
