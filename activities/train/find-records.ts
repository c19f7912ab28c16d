import type { FindRecordsInput, FindRecordsResult } from '../../core/contracts/training.js';
import type { WorkContext } from '../../core/progress.js';
import type { Tinker } from '../../tinker/index.js';
import { hasCheckpoint, checkpointsOnServer, setTtl } from './server/server-checkpoints.js';
import { withoutEvaluation } from './evaluation/evaluation-artifact.js';
import { writeProjections } from './records/projections.js';
import { lineageOf, recordsOf, segmentRecordRef, type StoredRecord } from './records/records.js';
import { withTinkerErrors } from './server/tinker-errors.js';
import type { TrainDeps } from './train-deps.js';
import { parametersKey, readTrainingPlan, type TrainingPlanMeta } from './steps/training-plan.js';

const mostNotes = 20;
/** They go through Temporal. */
const mostUnmeasured = 20;

/**
 * Finds what any run has recorded of exactly this training: the record that got furthest and whose state the server still
 * has, with the lineage that leads to it. Renews that state's TTL and writes the lineage's files into `out`.
 *
 * @throws {HeadraceError} what connecting throws.
 */
export async function findRecords(
  deps: TrainDeps,
  input: FindRecordsInput,
  work: WorkContext,
): Promise<FindRecordsResult> {
  const plan = await readTrainingPlan(deps.store, input.plan);
  const candidates = await recordsOf(deps.store, parametersKey(plan));
  const notes: string[] = [];
  let last: StoredRecord | undefined;
  let unmeasured: StoredRecord[] = [];
  if (candidates.length > 0) {
    const tinker = await deps.access.connect(work.signal);
    last = await withTinkerErrors(plan.server.description, work.signal, async () => {
      const found = await firstAlive(tinker, candidates, notes, work.signal);
      if (found !== undefined && !found.final)
        await setTtl(tinker, found.statePath, plan.train.ttl_seconds, work.signal);
      unmeasured = await measurable(deps, plan, tinker, found, work.signal);
      return found;
    });
  }
  const lineage = await lineageOf(deps.store, last?.ref.key ?? null);
  if (last !== undefined && last.label.replace(/-(final|\d+)$/, '') !== plan.label)
    notes.push(
      `An earlier run trained this already; its checkpoints keep their labels, the last is ${last.label}`,
    );
  await writeProjections(deps.store, plan, lineage, input.out);
  return {
    found: lineage.length,
    steps: last?.nextStep ?? 0,
    last: last === undefined ? null : segmentRecordRef(last),
    firstLoss: lineage[0]?.firstLoss ?? null,
    notes: notes.slice(0, mostNotes),
    unmeasured: unmeasured.map(segmentRecordRef),
  };
}

/** What has still to be measured before `last` and can be: its weights are there, to sample from or to load. */
async function measurable(
  deps: TrainDeps,
  plan: TrainingPlanMeta,
  tinker: Tinker,
  last: StoredRecord | undefined,
  signal: AbortSignal,
): Promise<StoredRecord[]> {
  const lineage = (await lineageOf(deps.store, last?.ref.key ?? null)).filter((record) => !record.final);
  const open = (await withoutEvaluation(deps.store, plan, lineage)).slice(-mostUnmeasured);
  const paths = open.flatMap(({ statePath, samplerPath }) => [statePath, samplerPath]);
  const onServer = await checkpointsOnServer(tinker, paths, signal);
  return open.filter((record) => [record.statePath, record.samplerPath].some((path) => onServer.has(path)));
}

async function firstAlive(
  tinker: Tinker,
  candidates: readonly StoredRecord[],
  notes: string[],
  signal: AbortSignal,
): Promise<StoredRecord | undefined> {
  const lost: StoredRecord[] = [];
  for (const record of candidates) {
    // What a finished training is for are its sampler weights; of any other only the state matters.
    const paths = record.final ? [record.statePath, record.samplerPath] : [record.statePath];
    const here = await Promise.all(paths.map((path) => hasCheckpoint(tinker, path, signal)));
    if (here.every(Boolean)) {
      // One that was lost and trained again got as far: nothing is missing of it.
      for (const gone of lost.filter(({ nextStep }) => nextStep > record.nextStep))
        notes.push(
          `The server has the state of step ${gone.nextStep} (${gone.statePath}) no more; step ${record.nextStep} is used`,
        );
      return record;
    }
    lost.push(record);
  }
  for (const gone of lost)
    notes.push(
      `The server has the state of step ${gone.nextStep} (${gone.statePath}) no more; the training starts anew`,
    );
  return undefined;
}
