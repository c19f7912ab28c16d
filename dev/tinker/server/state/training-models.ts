import { parseCheckpointPath, type CheckpointPath } from '../../../../tinker/paths.js';
import type { ModelConfig } from '../../model/config.js';
import type { ComputeHost } from '../../model/host.js';
import type { LoraConfig } from '../../model/lora.js';
import { decodeState, type CheckpointMeta } from '../checkpoints/checkpoint-files.js';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.js';
import { Problem } from '../problem.js';
import type { CreateModel } from '../routes/schemas.js';
import type { Future, Futures, Outcome } from './futures.js';
import type { Operation, OperationLog } from './operation-log.js';
import { Sequencer } from './sequencer.js';
import type { Session } from './sessions.js';

/** A model in training. It is unloaded when its session ends. */
export interface TrainingModel {
  readonly id: string;
  readonly sessionId: string;
  readonly lora: LoraConfig;
  readonly baseModel: string;
  readonly sequencer: Sequencer;
  /** Optimiser steps taken, those of the loaded state included. */
  step: number;
}

/** The work of one request. Returns the outcome, and fields for the operation log. */
export type TrainingJob = () => Promise<{ readonly outcome: Outcome; readonly note?: Partial<Operation> }>;

export interface TrainingModelsOptions {
  readonly host: ComputeHost;
  readonly config: ModelConfig;
  /** Names of the base models. */
  readonly baseModels: readonly string[];
  readonly checkpoints: CheckpointStore;
  readonly futures: Futures;
  readonly log: OperationLog;
}

/** The models of all live sessions. */
export class TrainingModels {
  readonly #options: TrainingModelsOptions;
  readonly #live = new Map<string, TrainingModel>();
  /** Why a model was unloaded, by its id. */
  readonly #ended = new Map<string, string>();

  constructor(options: TrainingModelsOptions) {
    this.#options = options;
  }

  /** @throws {Problem} 404 where this process did not create it, 410 where its session has ended. */
  get(id: string): TrainingModel {
    const why = this.#ended.get(id);
    if (why !== undefined) throw new Problem(410, why);
    const model = this.#live.get(id);
    if (model === undefined)
      throw new Problem(404, `Model ${id} is not loaded; live models do not survive a restart of the server`);
    return model;
  }

  /** A new model with a fresh adapter. */
  create(
    session: Session,
    { model_seq_id: modelSeqId, base_model: baseModel }: Pick<CreateModel, 'model_seq_id' | 'base_model'>,
    lora: LoraConfig,
    userMetadata: Readonly<Record<string, string>>,
  ): { readonly model: TrainingModel; readonly future: Future } {
    const model = this.#add(session, modelSeqId, baseModel, lora);
    const body = { type: 'create_model', model_id: model.id, base_model: model.baseModel };
    const future = this.#begin(model, 'create_model', userMetadata, async () => {
      await this.#options.host.call('createModel', model.id, lora);
      return body;
    });
    return { model, future };
  }

  /** A new model from a checkpoint, in one request. */
  createFrom(
    session: Session,
    modelSeqId: number,
    meta: CheckpointMeta,
    optimizer: boolean,
    userMetadata: Readonly<Record<string, string>>,
  ): { readonly model: TrainingModel; readonly future: Future } {
    const model = this.#add(session, modelSeqId, meta.baseModel, meta.lora);
    const future = this.#begin(model, 'load_weights', userMetadata, () => this.load(model, meta, optimizer));
    return { model, future };
  }

  /** Reads a checkpoint into the model. Returns the body of the answer. */
  async load(model: TrainingModel, meta: CheckpointMeta, optimizer: boolean): Promise<unknown> {
    const { bytes, file } = await this.#options.checkpoints.readData(meta);
    const { params, adam } = decodeState(bytes, this.#options.config, meta.lora, file);
    const restored = optimizer ? adam : undefined;
    await this.#options.host.call('loadModel', model.id, meta.lora, params, restored);
    model.step = restored?.step ?? 0;
    const path = `tinker://${meta.runId}/${meta.kind}/${meta.name}`;
    return { type: 'load_weights', path, model_id: model.id };
  }

  /**
   * The training state at a client's path.
   *
   * @throws {Problem} 400 where the path is not that of a state, 404 where the state does not exist.
   */
  stateAt(path: string): CheckpointMeta {
    const parsed = parsePath(path);
    if (parsed.kind !== 'weights')
      throw new Problem(
        400,
        `${path} holds no training state; load a path of the form tinker://<run>/weights/<name>`,
      );
    const meta = this.#options.checkpoints.get(parsed);
    const { baseModels } = this.#options;
    if (!baseModels.includes(meta.baseModel))
      throw new Problem(
        400,
        `${path} was trained from ${meta.baseModel}; this server has ${baseModels.join(', ')}`,
      );
    return meta;
  }

  /** Queues a request by its sequence id. Returns its request id; for an equal resend that of the first. */
  submit(model: TrainingModel, seqId: number, bodyHash: string, op: string, job: TrainingJob): string {
    const earlier = model.sequencer.earlier(seqId, bodyHash);
    if (earlier !== undefined) return earlier;
    const future = this.#options.futures.create(model.sessionId);
    const run = async () => {
      future.running = true;
      await this.#perform(model, future, { op, seqId }, job);
    };
    model.sequencer.submit({ seqId, bodyHash, requestId: future.requestId, run });
    return future.requestId;
  }

  endSession(session: Session, why: string): void {
    for (const model of this.#live.values()) {
      if (model.sessionId !== session.id) continue;
      model.sequencer.close();
      this.#live.delete(model.id);
      this.#ended.set(model.id, why);
      // A thread that has ended has unloaded everything.
      this.#options.host.call('unloadModel', model.id).catch(() => undefined);
    }
  }

  #add(session: Session, modelSeqId: number, baseModel: string, lora: LoraConfig): TrainingModel {
    const id = `${session.id}:train:${modelSeqId}`;
    if (this.#live.has(id)) throw new Problem(409, `Model ${id} exists already; take another model_seq_id`);
    const sequencer = new Sequencer();
    const model = {
      id,
      sessionId: session.id,
      lora,
      baseModel,
      sequencer,
      step: 0,
    };
    this.#live.set(id, model);
    return model;
  }

  /** Records the training run on disk, then makes the model. */
  #begin(
    model: TrainingModel,
    op: string,
    userMetadata: Readonly<Record<string, string>>,
    make: () => Promise<unknown>,
  ): Future {
    const future = this.#options.futures.create(model.sessionId);
    future.running = true;
    void this.#perform(model, future, { op }, async () => {
      await this.#options.checkpoints.addRun({
        runId: model.id,
        baseModel: model.baseModel,
        loraRank: model.lora.rank,
        userMetadata: { ...userMetadata },
        createdAt: new Date().toISOString(),
      });
      return { outcome: { kind: 'json', body: await make() } };
    });
    return future;
  }

  async #perform(
    model: TrainingModel,
    future: Future,
    what: Pick<Operation, 'op' | 'seqId'>,
    job: TrainingJob,
  ): Promise<void> {
    const entry = { ...what, sessionId: model.sessionId, modelId: model.id };
    try {
      const { outcome, note } = await job();
      this.#options.log.add({ ...entry, outcome: 'done', step: model.step, ...note });
      future.settle(outcome);
    } catch (error) {
      const category = error instanceof Problem ? 'user' : 'server';
      const message = error instanceof Error ? error.message : String(error);
      this.#options.log.add({ ...entry, outcome: 'failed', step: model.step, error: message });
      future.settle({ kind: 'failed', error: message, category });
    }
  }
}

/** @throws {Problem} 400 where the text is not a checkpoint path. */
export function parsePath(path: string): CheckpointPath {
  try {
    return parseCheckpointPath(path);
  } catch (error) {
    throw new Problem(400, error instanceof Error ? error.message : String(error));
  }
}
