import type { RecordSegmentInput, SegmentRecordRef } from '../../core/contracts/training.js';
import type { WorkContext } from '../../core/progress.js';
import { keptOf, writeProjections } from './records/projections.js';
import { lineageOf, putRecord, segmentRecordRef } from './records/records.js';
import { removeCheckpoint, setTtl } from './server/server-checkpoints.js';
import { withTinkerErrors } from './server/tinker-errors.js';
import { parametersKey, readTrainingPlan } from './steps/training-plan.js';
import type { TrainDeps } from './train-deps.js';

/**
 * Records a segment whose result Temporal has accepted; from then on it counts. The only writer of records.
 * Then writes the files in `out`, removes the TTL of the final checkpoint, and deletes checkpoints beyond
 * `keep_last`. A retry repeats all of it, to the same result.
 *
 * @throws {HeadraceError} CheckpointLostError, TinkerUnavailableError, DiskFullError.
 */
export async function recordSegment(
  deps: TrainDeps,
  input: RecordSegmentInput,
  work: WorkContext,
): Promise<SegmentRecordRef> {
  const { predecessor, from, result, out } = input;
  const plan = await readTrainingPlan(deps.store, input.plan);
  const { nextStep, tokens, statePath, samplerPath, label, final, firstLoss, lastLoss } = result;
  const record = await putRecord(deps.store, {
    parametersKey: parametersKey(plan),
    predecessor: predecessor?.record.key ?? null,
    from,
    nextStep,
    tokens,
    statePath,
    samplerPath,
    label,
    final,
    firstLoss,
    lastLoss,
    metrics: result.metrics.key,
  });
  const lineage = await lineageOf(deps.store, record.ref.key);
  await writeProjections(deps.store, plan, lineage, out);
  const kept = keptOf(plan, lineage);
  const surplus = lineage.slice(0, lineage.length - kept.length);
  if (final || surplus.length > 0) {
    const tinker = await deps.access.connect(work.signal);
    await withTinkerErrors(plan.server.description, work.signal, async () => {
      if (final) for (const path of [statePath, samplerPath]) await setTtl(tinker, path, null, work.signal);
      for (const old of surplus)
        for (const path of [old.statePath, old.samplerPath])
          await removeCheckpoint(tinker, path, work.signal);
    });
  }
  return segmentRecordRef(record);
}
