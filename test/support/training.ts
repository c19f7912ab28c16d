import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ThreadPool } from '../../activities/threads/thread-pool.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { createTokeniseActivities } from '../../activities/tokenise/index.js';
import { createTrainActivities, type TrainActivities } from '../../activities/train/index.js';
import { LiveClients } from '../../activities/train/server/live-clients.js';
import { previousSession } from '../../activities/train/server/previous-session.js';
import { developmentModelDir } from '../../activities/train/server/tinker-access.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { SegmentRecordRef, TrainingPlan, TrainSegmentResult } from '../../core/contracts/training.js';
import type { StepMetrics } from '../../core/training/step-metrics.js';
import type { WorkContext } from '../../core/progress.js';
import type { Train } from '../../core/recipe.js';
import { assistant, putMix, temporaryStore, train, user, type Row } from './mix-artifact.js';
import { temporaryFolder } from './folder.js';
import { planTokens } from './plan-tokens.js';
import type { Server } from './tinker-server.js';
import { quietWork, recordedWork, type RecordedWork } from './work.js';

const nouns = ['river', 'bread', 'chess', 'garden', 'lamp', 'market', 'violin', 'harbour', 'letter', 'snow'];
const rows: readonly Row[] = nouns.map((noun, index) => ({
  source: index % 2,
  messages: [user(`Tell of ${noun}`), assistant(`The ${noun} is ${index % 3 === 0 ? 'old' : 'new'}.`)],
}));
const heldout: readonly Row[] = ['tower', 'boat', 'song'].map((noun, index) => ({
  source: index % 2,
  messages: [user(`Tell of ${noun}`), assistant(`The ${noun} is old.`)],
}));

export const recipe = (change: Record<string, unknown> = {}): Train =>
  train({
    base_model: 'headrace/random-qwen3',
    renderer: 'qwen3_instruct',
    lora: { rank: 4, seed: 7 },
    batch_size: 3,
    epochs: 2,
    max_tokens: 64,
    learning_rate: 1e-2,
    checkpoint_every: 3,
    prompts: ['Tell of snow'],
    ...change,
  });

/** A store with tokens and a plan; eight steps of three conversations with the recipe above. */
export interface PreparedTraining {
  readonly store: ArtifactStore;
  readonly out: string;
  readonly mix: ArtifactRef;
  readonly training: TrainingPlan;
}

export async function prepare(
  server: Pick<Server, 'access'>,
  change: Record<string, unknown> = {},
  earlier?: Pick<PreparedTraining, 'store'>,
): Promise<PreparedTraining> {
  const store = earlier?.store ?? (await temporaryStore());
  const { mix, mixPlan } = await putMix(store, { train: rows, heldout, sources: ['even', 'odd'] });
  const tokenise = createTokeniseActivities({
    store,
    threads: new ThreadPool(1),
    tokenizers: { developmentModelDir: (name, signal) => developmentModelDir(server.access, name, signal) },
  });
  const { plan, pieces } = await planTokens(tokenise, mixPlan, { train: recipe(change) });
  await tokenise.tokenisePieces({ plan, from: 0, to: pieces.items }, quietWork());
  const { tokens } = await tokenise.finishTokens({ plan }, quietWork());
  const training = await activities(server, store).planTraining(
    { name: 'run', seed: 5, train: recipe(change), tokens },
    quietWork(),
  );
  return { store, out: await temporaryFolder(), mix, training };
}

/** The training activities of a new worker; `close` finishes the sessions that it keeps. */
export function activities(
  server: Pick<Server, 'access'>,
  store: ArtifactStore,
): TrainActivities & { readonly close: () => Promise<void> } {
  const live = new LiveClients();
  return {
    ...createTrainActivities({ store, access: server.access, live }),
    close: () => live.close(),
  };
}

/** Trains and records one segment. */
export async function segment(
  worker: TrainActivities,
  { training, out }: PreparedTraining,
  predecessor: SegmentRecordRef | null,
  to: number,
  work: WorkContext = quietWork(),
): Promise<SegmentRecordRef & { readonly result: TrainSegmentResult }> {
  const from = predecessor?.nextStep ?? 0;
  const result = await worker.trainSegment({ plan: training.plan, from, to, predecessor }, work);
  const record = await worker.recordSegment(
    { plan: training.plan, out, predecessor, from, result },
    quietWork(),
  );
  return { ...record, result };
}

/**
 * Trains the segments that end at `ends`, each on a worker of its own or all on one that keeps its client
 * alive.
 */
export async function trainTo(
  server: Server,
  prepared: PreparedTraining,
  ends: readonly number[],
  keep: 'live client' | 'nothing' = 'live client',
): Promise<SegmentRecordRef[]> {
  const records: SegmentRecordRef[] = [];
  let worker = activities(server, prepared.store);
  for (const to of ends) {
    if (keep === 'nothing') {
      await worker.close();
      worker = activities(server, prepared.store);
    }
    records.push(await segment(worker, prepared, records.at(-1) ?? null, to));
  }
  await worker.close();
  return records;
}

/** Work that is aborted with `reason` when `done` steps are reported. */
export function stopAt(
  done: number,
  reason: unknown,
): RecordedWork & { readonly session: () => string | undefined } {
  const controller = new AbortController();
  const work = recordedWork(controller.signal);
  return {
    ...work,
    progress: (progress) => {
      work.progress(progress);
      if (progress.done >= done) controller.abort(reason);
    },
    session: () => previousSession(work.reported.at(-1) ?? {}),
  };
}

export async function metricsIn(out: string): Promise<StepMetrics[]> {
  return (await linesIn(out, 'metrics.jsonl')) as StepMetrics[];
}

export async function linesIn(out: string, name: string): Promise<unknown[]> {
  const text = await readFile(join(out, name), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
