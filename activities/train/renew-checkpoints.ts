import type { RenewCheckpointsInput } from '../../core/contracts/training.js';
import type { WorkContext } from '../../core/progress.js';
import { lineageOf } from './records/records.js';
import { setTtl } from './server/server-checkpoints.js';
import { withTinkerErrors } from './server/tinker-errors.js';
import { readTrainingPlan } from './steps/training-plan.js';
import type { TrainDeps } from './train-deps.js';

const newest = 2;

/**
 * Renews the TTL of the newest two states, for a run that waits: it can then continue after any time.
 *
 * @throws {HeadraceError} CheckpointLostError, and what connecting throws.
 */
export async function renewCheckpoints(
  deps: TrainDeps,
  input: RenewCheckpointsInput,
  work: WorkContext,
): Promise<{ readonly renewed: number }> {
  const plan = await readTrainingPlan(deps.store, input.plan);
  const states = (await lineageOf(deps.store, input.record.key))
    .filter((record) => !record.final)
    .slice(-newest);
  const tinker = await deps.access.connect(work.signal);
  await withTinkerErrors(plan.server.description, work.signal, async () => {
    for (const { statePath } of states) await setTtl(tinker, statePath, plan.train.ttl_seconds, work.signal);
  });
  return { renewed: states.length };
}
