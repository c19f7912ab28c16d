import { condition, isCancellation } from '@temporalio/workflow';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import { activities } from '../activities.js';
import { reasonOf } from '../failure.js';

/** The newest states of a training that waits, and how long the server keeps them. */
export interface Renewal {
  readonly plan: ArtifactRef;
  readonly record: ArtifactRef;
  readonly ttlSeconds: number;
}

/**
 * Waits for `isDone`. Where there are states to come back to, their TTL starts again every third of it, so
 * that the run can continue after any time. A renewal that fails is noted and made again after another third:
 * it never ends the wait.
 */
export async function waitAndRenew(
  isDone: () => boolean,
  renewal: Renewal | null,
  note: (text: string) => void,
): Promise<void> {
  if (renewal === null) return await condition(isDone);
  const { plan, record, ttlSeconds } = renewal;
  while (!(await condition(isDone, (ttlSeconds * 1000) / 3))) {
    try {
      await activities.renewCheckpoints('renew the newest checkpoints while the run waits', { plan, record });
    } catch (error) {
      if (isCancellation(error)) throw error;
      note(`The checkpoints could not be renewed: ${reasonOf(error).message}`);
    }
  }
}
