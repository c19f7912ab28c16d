import { ActivityFailure, TimeoutFailure } from '@temporalio/workflow';
import type { TrainSegmentInput, TrainSegmentResult } from '../../core/contracts/training.js';
import { activities, trainSegmentOn } from '../activities.js';
import { isInterrupted } from '../failure.js';
import type { LiveClient } from './progress.js';

/**
 * Trains a segment in the worker that holds the live client of its predecessor, which saves loading the state
 * into a new one. Where that worker does not take it or loses it, any worker for training does, and finishes
 * the session of that client.
 */
export async function trainWhereLive(
  { liveOn, liveSession }: LiveClient,
  summary: string,
  input: TrainSegmentInput,
): Promise<TrainSegmentResult> {
  if (liveOn === null) return await activities.trainSegment(summary, input);
  try {
    return await trainSegmentOn(liveOn, summary, input);
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isInterrupted(error) || !canTryElsewhere(error)) throw error;
    return await activities.trainSegment(summary, { ...input, ...leftBy(error, liveSession) });
  }
}

function canTryElsewhere({ cause, retryState }: ActivityFailure): boolean {
  return cause instanceof TimeoutFailure || retryState === 'MAXIMUM_ATTEMPTS_REACHED';
}

/**
 * The session that the next attempt has to finish: that of the lost attempt's heartbeat. A worker that took
 * nothing, or was lost before its heartbeat named a session, leaves the one that it had parked.
 */
function leftBy({ cause }: ActivityFailure, liveSession: string | null): Pick<TrainSegmentInput, 'resume'> {
  if (!(cause instanceof TimeoutFailure)) return {};
  const details: unknown = cause.lastHeartbeatDetails;
  if (typeof details === 'object' && details !== null && 'resume' in details)
    return { resume: details.resume };
  return liveSession === null ? {} : { resume: { sessionId: liveSession } };
}
