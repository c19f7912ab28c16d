import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ArtifactRef } from '../core/contracts/artifact.js';
import type { EvaluationResult } from '../core/contracts/evaluation.js';
import type { SegmentRecordRef, TrainingPlan } from '../core/contracts/training.js';
import { plural } from '../core/format.js';
import type { TrainOutcome } from '../core/run/run.js';
import type { TrainState } from '../core/run/state.js';
import { long, longWork } from './activities.js';
import { reasonOf } from './failure.js';
import { Gate } from './pause/gate.js';
import { waitAndRenew } from './pause/renewal.js';
import type { Renewal } from './pause/renewal.js';
import { childSignals, progressSignals } from './messages.js';

export interface TrainLoraInput {
  readonly training: TrainingPlan;
  readonly mix: ArtifactRef;
  readonly out: string;
  /** Steps in a segment. */
  readonly checkpointEvery: number;
  /** How long the server keeps a checkpoint. */
  readonly ttlSeconds: number;
  /** What continue-as-new hands over. */
  readonly carried?: Carried;
}

interface Carried {
  readonly last: SegmentRecordRef | null;
  readonly firstLoss: number | null;
  readonly reusedSteps: number;
  readonly checkpoints: readonly SegmentRecordRef[];
  readonly base: EvaluationResult | null;
  readonly saves: number;
  readonly notes: readonly string[];
}
const nothingYet: Carried = {
  last: null,
  firstLoss: null,
  reusedSteps: 0,
  checkpoints: [],
  base: null,
  saves: 0,
  notes: [],
};

/** Segments in one history: about 25 events each, so that it stays far below 10,000. */
const segmentsPerHistory = 100;
const shownCheckpoints = 20;
const shownNotes = 20;
/** Losses of a checkpoint in a row, without a step recorded between them, after which a person is asked. */
const mostLosses = 3;
const signalEveryMs = 30_000;
/** Segments that the parent is told of, besides those that a person waits for: its history keeps every signal. */
const toldSegments = 400;

/**
 * Trains segment after segment, each from the state that the previous one's record names, and evaluates every
 * checkpoint while the next segment trains: its sampler weights do not change any more. Child of `stage1`. On cancel the segment saves where it stands, and that is recorded before this ends.
 */
export async function trainLora(input: TrainLoraInput): Promise<TrainOutcome> {
  const { training, mix, out } = input;
  const { checkpointEvery } = input;
  const report = reporter(({ step, totalSteps }) => {
    const every = Math.ceil(totalSteps / checkpointEvery / toldSegments);
    return Math.floor(step / checkpointEvery) % every === 0;
  });
  let inSegment = false;
  let asked = 0;
  let saves = input.carried?.saves ?? 0;
  let { last, firstLoss, reusedSteps, checkpoints, base, notes } = input.carried ?? nothingYet;
  let evaluated: EvaluationResult | null = null;
  const state = (): TrainState => ({
    step: last?.nextStep ?? 0,
    totalSteps: training.totalSteps,
    firstLoss,
    lastLoss: last?.lastLoss ?? null,
    reusedSteps,
    checkpoints,
    baseNll: base?.heldoutNll ?? null,
    heldoutNll: evaluated?.heldoutNll ?? null,
    paused: false,
    saves,
    notes,
  });
  const renewal = (): Renewal | null =>
    last === null ? null : { plan: training.plan, record: last.record, ttlSeconds: input.ttlSeconds };
  const answerSaves = async (): Promise<void> => {
    saves += asked;
    asked = 0;
    await report(state(), true);
  };
  // A gate of its own: to save now interrupts the segment and not what is measured beside it.
  const besideGate = new Gate();
  const gate = new Gate({
    hold: async (isOpen) => {
      if (besideGate.busy) await condition(() => !besideGate.busy);
      await report({ ...state(), paused: true }, true);
      await waitAndRenew(isOpen, renewal(), (note) => {
        if (!notes.includes(note)) notes = [...notes, note].slice(-shownNotes);
      });
      await report(state(), true);
    },
    again: async () => {
      if (asked > 0) await answerSaves();
    },
  });
  setHandler(childSignals.pause, () => {
    gate.pause();
    besideGate.pause();
  });
  setHandler(childSignals.resume, () => {
    gate.resume();
    besideGate.resume();
  });
  setHandler(childSignals.saveCheckpoint, async () => {
    asked += 1;
    if (inSegment) gate.interrupt();
    else await answerSaves();
  });
  const evaluate = async (
    checkpoint: SegmentRecordRef | null,
    through: Gate = gate,
  ): Promise<EvaluationResult> =>
    await through.run(
      async () =>
        await long.evaluate.executeWithOptions(
          { ...longWork, summary: `evaluate ${checkpoint === null ? 'before training' : checkpoint.label}` },
          [{ plan: training.plan, mix, out, checkpoint }],
        ),
    );

  let beside: { done: boolean; error?: unknown } | null = null;
  const evaluateBeside = (found: readonly SegmentRecordRef[]): void => {
    const own: { done: boolean; error?: unknown } = { done: false };
    beside = own;
    const newest = last;
    const each = async (): Promise<void> => {
      for (const checkpoint of found) {
        const result = await evaluate(checkpoint, besideGate);
        if (checkpoint.nextStep === newest?.nextStep) evaluated = result;
        await report(state(), false);
      }
    };
    void each()
      .catch((error: unknown) => {
        own.error = error;
      })
      .finally(() => {
        own.done = true;
      });
  };
  /** Waits for the evaluation under way, where there is one: a pause gets through. @throws what it has failed with. */
  const settleBeside = async (): Promise<void> => {
    const own = beside;
    if (own === null) return;
    while (!own.done) {
      await gate.open();
      await condition(() => own.done || gate.paused);
    }
    beside = null;
    if (own.error !== undefined) throw own.error;
  };

  let unmeasured: readonly SegmentRecordRef[] = [];
  if (input.carried === undefined)
    ({ last, firstLoss, reusedSteps, checkpoints, notes, unmeasured } = await begin(input, gate));
  await report(state(), true);
  if (base === null) {
    base = await evaluate(null);
    await report(state(), true);
  }
  if (unmeasured.length > 0) evaluateBeside(unmeasured);

  let segments = 0;
  let losses = 0;
  while (last === null || last.nextStep < training.totalSteps) {
    if (segments >= segmentsPerHistory) {
      await settleBeside();
      await gate.open();
      await condition(allHandlersFinished);
      await continueAsNew<typeof trainLora>({
        ...input,
        carried: { last, firstLoss, reusedSteps, checkpoints, base, saves, notes },
      });
    }
    let record: SegmentRecordRef;
    inSegment = true;
    try {
      record = await trainAndRecord(input, last, gate);
    } catch (error) {
      losses += 1;
      if (reasonOf(error).type !== 'CheckpointLostError' || losses === mostLosses) throw error;
      const lost: SegmentRecordRef | null = last;
      ({ last, firstLoss, notes } = await begin(input, gate, notes));
      const next = last?.nextStep ?? 0;
      checkpoints = checkpoints.filter(({ nextStep }) => nextStep <= next);
      reusedSteps = Math.min(reusedSteps, next);
      notes = [...notes, backTo(lost, next)].slice(-shownNotes);
      await report(state(), true);
      continue;
    } finally {
      inSegment = false;
    }
    losses = 0;
    firstLoss ??= record.firstLoss;
    checkpoints = [...checkpoints, record].slice(-shownCheckpoints);
    last = record;
    segments += 1;
    if (asked > 0) await answerSaves();
    else await report(state(), false);
    await settleBeside();
    if (!record.final) evaluateBeside([record]);
    else {
      evaluated = await evaluate(record);
      await report(state(), record.final);
    }
  }
  await settleBeside();
  evaluated ??= await evaluate(last);
  await report(state(), true);
  await condition(allHandlersFinished);
  return {
    totalSteps: training.totalSteps,
    firstLoss: firstLoss ?? last.firstLoss,
    lastLoss: last.lastLoss,
    reusedSteps,
    final: last,
    base,
    trained: evaluated,
  };
}

function backTo(lost: SegmentRecordRef | null, next: number): string {
  const what = lost === null ? 'A checkpoint' : `The checkpoint ${lost.label}`;
  return `${what} is lost on the server; the training goes on from step ${next}`;
}

/** What earlier runs and attempts have recorded of exactly this training, and the server still has. */
async function begin(
  input: TrainLoraInput,
  gate: Gate,
  notes: readonly string[] = [],
): Promise<Omit<Carried, 'base' | 'saves'> & { readonly unmeasured: readonly SegmentRecordRef[] }> {
  const found = await gate.run(
    async () =>
      await long.findRecords.executeWithOptions(
        { ...longWork, summary: 'look for recorded segments of this training' },
        [{ plan: input.training.plan, out: input.out }],
      ),
  );
  return {
    last: found.last,
    firstLoss: found.firstLoss,
    reusedSteps: found.last?.nextStep ?? 0,
    checkpoints: found.last === null ? [] : [found.last],
    notes: [...notes, ...found.notes.filter((note) => !notes.includes(note))].slice(-shownNotes),
    unmeasured: found.unmeasured,
  };
}

/** One segment: train, then record. A cancel lets it save; what it saved is recorded, then the cancel goes on. */
async function trainAndRecord(
  input: TrainLoraInput,
  last: SegmentRecordRef | null,
  gate: Gate,
): Promise<SegmentRecordRef> {
  const { training, out } = input;
  const from = last?.nextStep ?? 0;
  const to = Math.min(from - (from % input.checkpointEvery) + input.checkpointEvery, training.totalSteps);
  const result = await gate.run(
    async () =>
      await long.trainSegment.executeWithOptions(
        { ...longWork, summary: `train steps ${from} to ${to - 1} of ${training.totalSteps}` },
        [{ plan: training.plan, from, to, predecessor: last }],
      ),
  );
  return await CancellationScope.nonCancellable(
    async () =>
      await long.recordSegment.executeWithOptions(
        { ...longWork, summary: `record ${result.label} (${plural(result.nextStep - from, 'step')})` },
        [{ plan: training.plan, out, predecessor: last, from, result }],
      ),
  );
}

/** @param isTold - whether the parent is to hear of this state by itself, where it has not heard anything for a while. */
function reporter(
  isTold: (state: TrainState) => boolean,
): (state: TrainState, always: boolean) => Promise<void> {
  let lastSignal = 0;
  const parent = workflowInfo().parent;
  return async (state, always) => {
    const loss = state.lastLoss === null ? '' : `, loss ${state.lastLoss.toFixed(3)}`;
    setCurrentDetails(
      `Step ${state.step} of ${state.totalSteps}${loss}\n\n${state.checkpoints.map((c) => `- \`${c.label}\` ${c.samplerPath}`).join('\n')}`,
    );
    const isDue = isTold(state) && Date.now() - lastSignal >= signalEveryMs;
    if (parent === undefined || (!always && !isDue)) return;
    lastSignal = Date.now();
    try {
      await getExternalWorkflowHandle(parent.workflowId, parent.runId).signal(
        progressSignals.trainProgress,
        state,
      );
    } catch (error) {
      if (!isCancellation(error)) throw error;
    }
  };
}
