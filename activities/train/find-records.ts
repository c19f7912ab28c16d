import type { FindRecordsInput, FindRecordsResult } from '../../core/contracts/training.js';
import type { WorkDone } from '../../core/cost/usage.js';
import type { WorkContext } from '../../core/progress.js';
import type { Tinker } from '../../tinker/index.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { readTokens } from '../tokenise/pieces/tokens-artifact.js';
import { startingWeights } from './evaluation/evaluated-weights.js';
import { findEvaluation, withoutEvaluation } from './evaluation/evaluation-artifact.js';
import { writeProjections } from './records/projections.js';
import { lineageOf, recordsOf, segmentRecordRef, type StoredRecord } from './records/records.js';
import { checkpointsOnServer, hasCheckpoint, setTtl } from './server/server-checkpoints.js';
import { withTinkerErrors } from './server/tinker-errors.js';
import { parametersKey, readTrainingPlan, type TrainingPlanMeta } from './steps/training-plan.js';
import type { TrainDeps } from './train-deps.js';

const mostNotes = 20;
/** They travel through Temporal. */
const mostUnmeasured = 20;

/**
 * Finds the record of exactly this training, from any run, that has the most steps and whose state the server
 * still has, with the lineage that leads to it. Renews that state's TTL and writes the lineage's files into
 * `out`.
 *
 * @throws {HeadraceError} what connecting throws.
 */
export async function findRecords(
  deps: TrainDeps,
  input: FindRecordsInput,
  work: WorkContext,
): Promise<FindRecordsResult> {
  const plan = await readTrainingPlan(deps.store, input.plan);
  const records = await recordsOf(deps.store, parametersKey(plan));
  const found = await findOnServer(deps, plan, records, work.signal);
  const lineage = await lineageOf(deps.store, found.last?.ref.key ?? null);
  await writeProjections(deps.store, plan, lineage, input.out);
  const { last } = found;
  return {
    found: lineage.length,
    steps: last?.nextStep ?? 0,
    last: last === undefined ? null : segmentRecordRef(last),
    firstLoss: lineage[0]?.firstLoss ?? null,
    done: await workDone(deps.store, plan, records),
    notes: [...found.notes, ...otherRunNotes(plan, last)].slice(0, mostNotes),
    unmeasured: found.unmeasured.map(segmentRecordRef),
  };
}

/** Every recorded checkpoint counts as measured: where it is not, it will be. */
async function workDone(
  store: ArtifactStore,
  plan: TrainingPlanMeta,
  records: readonly StoredRecord[],
): Promise<WorkDone> {
  const tokens = await readTokens(store, { kind: 'tokens', key: plan.tokens });
  const isBegun = (await findEvaluation(store, plan, tokens, startingWeights(plan))) !== undefined;
  return {
    trainedTokens: records.reduce((sum, record) => sum + record.tokens, 0),
    evaluations: records.length + (isBegun || records.length > 0 ? 1 : 0),
  };
}

interface Found {
  readonly last: StoredRecord | undefined;
  readonly unmeasured: readonly StoredRecord[];
  readonly notes: readonly string[];
}

/** Without records no request is sent. */
async function findOnServer(
  deps: TrainDeps,
  plan: TrainingPlanMeta,
  candidates: readonly StoredRecord[],
  signal: AbortSignal,
): Promise<Found> {
  if (candidates.length === 0) return { last: undefined, unmeasured: [], notes: [] };
  const tinker = await deps.access.connect(signal);
  return await withTinkerErrors(plan.server.description, signal, async () => {
    const { last, lost } = await firstOnServer(tinker, candidates, signal);
    if (last !== undefined && !last.final)
      await setTtl(tinker, last.statePath, plan.train.ttl_seconds, signal);
    const unmeasured = await measurable(deps, plan, tinker, last, signal);
    return { last, unmeasured, notes: lostNotes(lost, last) };
  });
}

/** The first candidate on the server, and those before it. */
async function firstOnServer(
  tinker: Tinker,
  candidates: readonly StoredRecord[],
  signal: AbortSignal,
): Promise<{ readonly last: StoredRecord | undefined; readonly lost: readonly StoredRecord[] }> {
  const lost: StoredRecord[] = [];
  for (const record of candidates) {
    // A finished training is for its sampler weights; of any other only the state is needed.
    const paths = record.final ? [record.statePath, record.samplerPath] : [record.statePath];
    const onServer = await Promise.all(paths.map((path) => hasCheckpoint(tinker, path, signal)));
    if (onServer.every(Boolean)) return { last: record, lost };
    lost.push(record);
  }
  return { last: undefined, lost };
}

/** A lost state with no more steps than `last` was trained again: nothing is missing. */
function lostNotes(lost: readonly StoredRecord[], last: StoredRecord | undefined): string[] {
  const then =
    last === undefined ? 'the training starts from its beginning' : `step ${last.nextStep} is used`;
  return lost
    .filter(({ nextStep }) => last === undefined || nextStep > last.nextStep)
    .map(
      ({ nextStep, statePath }) =>
        `The server no longer has the state of step ${nextStep} (${statePath}); ${then}`,
    );
}

function otherRunNotes(plan: TrainingPlanMeta, last: StoredRecord | undefined): string[] {
  if (last === undefined || last.label.replace(/-(final|\d+)$/, '') === plan.label) return [];
  return [`An earlier run has trained this; its checkpoints keep their labels, the last is ${last.label}`];
}

/** Records before `last` without an evaluation whose weights are on the server, to sample from or to load. */
async function measurable(
  { store }: TrainDeps,
  plan: TrainingPlanMeta,
  tinker: Tinker,
  last: StoredRecord | undefined,
  signal: AbortSignal,
): Promise<StoredRecord[]> {
  const lineage = (await lineageOf(store, last?.ref.key ?? null)).filter((record) => !record.final);
  const open = (await withoutEvaluation(store, plan, lineage)).slice(-mostUnmeasured);
  const paths = open.flatMap(({ statePath, samplerPath }) => [statePath, samplerPath]);
  const onServer = await checkpointsOnServer(tinker, paths, signal);
  return open.filter(({ statePath, samplerPath }) => onServer.has(statePath) || onServer.has(samplerPath));
}
