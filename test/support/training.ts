import assert from 'node:assert/strict';
import { readdir, readFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { ThreadPool } from '../../activities/threads/thread-pool.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { createTokeniseActivities } from '../../activities/tokenise/index.js';
import { createTrainActivities, type TrainActivities } from '../../activities/train/index.js';
import { LiveClients } from '../../activities/train/server/live-clients.js';
import { previousSession } from '../../activities/train/server/previous-session.js';
import {
  createTinkerAccess,
  developmentModelDir,
  type TinkerAccess,
} from '../../activities/train/server/tinker-access.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { SegmentRecordRef, TrainingPlan, TrainSegmentResult } from '../../core/contracts/training.js';
import type { StepMetrics } from '../../core/training/step-metrics.js';
import type { Progress, WorkContext } from '../../core/progress.js';
import type { Train } from '../../core/recipe.js';
import { writeRandomModel } from '../../dev/tinker/model/random-model.js';
import {
  startTinkerServer,
  type TinkerServer,
  type TinkerServerOptions,
} from '../../dev/tinker/server/index.js';
import { assistant, putMix, quietWork, temporaryStore, train, user, type Row } from './mix-artifact.js';

export const key = 'tml-test';
export const temporaryDir = (): Promise<string> => mkdtemp(join(tmpdir(), 'headrace-train-'));

/** A development server with a random model, and what tests ask of it behind the protocol. */
export interface Server extends TinkerServer {
  readonly access: TinkerAccess;
  /** Plays faults on the next requests. */
  fault(...faults: readonly object[]): Promise<void>;
  advance(seconds: number): Promise<void>;
  operations(op: string): Promise<readonly Operation[]>;
  /** What was done in one run, in order. */
  operationsOf(modelId: string): Promise<readonly Operation[]>;
  /** SHA-256 of the file behind a checkpoint path: it holds nothing of the run. */
  fileDigest(path: string): Promise<string>;
}

interface Operation {
  readonly op: string;
  readonly outcome: string;
  readonly modelId?: string;
  readonly sessionId?: string;
  /** Optimiser steps in the model after the operation. */
  readonly step?: number;
  readonly error?: string;
}

export async function startServer(
  options: Pick<TinkerServerOptions, 'sessionLapseSeconds'> = {},
): Promise<Server> {
  const modelDir = await temporaryDir();
  const stateDir = await temporaryDir();
  await writeRandomModel(modelDir);
  const server = await startTinkerServer({ modelDir, stateDir, ...options });
  const call = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const response = await fetch(`${server.url}/dev/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    assert.ok(response.ok, `${path}: ${response.status}`);
    return response;
  };
  const logged = async (filter: string): Promise<readonly Operation[]> => {
    const body = (await (await call('GET', `log?${filter}`)).json()) as { operations: Operation[] };
    return body.operations;
  };
  return {
    ...server,
    access: createTinkerAccess({ env: { TINKER_BASE_URL: server.url, TINKER_API_KEY: key } }),
    fault: async (...faults) => {
      for (const each of faults) await call('POST', 'faults', each);
    },
    advance: async (advanceSeconds) => {
      await call('POST', 'clock', { advanceSeconds });
    },
    operations: (op) => logged(`op=${op}`),
    operationsOf: (modelId) => logged(`model_id=${encodeURIComponent(modelId)}`),
    fileDigest: async (path) => {
      const [runId = '', kind = '', name = ''] = path.slice('tinker://'.length).split('/');
      const dir = join(stateDir, 'runs', runId.replaceAll(':', '.'), kind);
      for (const file of await readdir(dir)) {
        if (!file.endsWith('.json')) continue;
        const meta = JSON.parse(await readFile(join(dir, file), 'utf8')) as {
          name: string;
          dataFile: string;
        };
        if (meta.name === name)
          return createHash('sha256')
            .update(await readFile(join(dir, meta.dataFile)))
            .digest('hex');
      }
      throw new Error(`No file of ${path}`);
    },
  };
}

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
export interface Bench {
  readonly store: ArtifactStore;
  readonly out: string;
  readonly mix: ArtifactRef;
  readonly training: TrainingPlan;
}

export async function prepare(
  server: Pick<Server, 'access'>,
  change: Record<string, unknown> = {},
  earlier?: Bench,
): Promise<Bench> {
  const store = earlier?.store ?? (await temporaryStore());
  const mix = await putMix(store, { train: rows, heldout, sources: ['even', 'odd'] });
  const tokenise = createTokeniseActivities({
    store,
    threads: new ThreadPool(1),
    tokenizers: { developmentModelDir: (name, signal) => developmentModelDir(server.access, name, signal) },
  });
  const { plan, pieces } = await tokenise.planTokens({ mix, train: recipe(change) }, quietWork());
  await tokenise.tokenisePieces({ plan, from: 0, to: pieces.at(-1)?.to ?? 0 }, quietWork());
  const { tokens } = await tokenise.finishTokens({ plan }, quietWork());
  const training = await activities(server, store).planTraining(
    { name: 'bench', seed: 5, train: recipe(change), tokens },
    quietWork(),
  );
  return { store, out: await temporaryDir(), mix, training };
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
  { training, out }: Bench,
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

/** Trains the segments that end at `ends`, each on a worker of its own or all on one that keeps its client alive. */
export async function trainTo(
  server: Server,
  bench: Bench,
  ends: readonly number[],
  keep: 'live client' | 'nothing' = 'live client',
): Promise<SegmentRecordRef[]> {
  const records: SegmentRecordRef[] = [];
  let worker = activities(server, bench.store);
  for (const to of ends) {
    if (keep === 'nothing') {
      await worker.close();
      worker = activities(server, bench.store);
    }
    records.push(await segment(worker, bench, records.at(-1) ?? null, to));
  }
  await worker.close();
  return records;
}

/** Work that is aborted with `reason` when `done` steps are told. */
export function stopAt(
  done: number,
  reason: unknown,
): WorkContext & { readonly told: Progress[]; readonly session: () => string | undefined } {
  const controller = new AbortController();
  const work = quietWork(controller.signal);
  return {
    ...work,
    progress: (progress) => {
      work.progress(progress);
      if (progress.done >= done) controller.abort(reason);
    },
    session: () => previousSession(work.told.at(-1) ?? {}),
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
