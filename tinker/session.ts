import { z } from 'zod';
import { weightsInfo } from './checkpoints.js';
import type { ChunkLimits } from './datum.js';
import { describeFailure, TinkerError } from './errors.js';
import { retrieveFuture, Submitted, type RequestType } from './futures.js';
import { parseCheckpointPath } from './paths.js';
import { SamplingClient } from './sampling-client.js';
import { TrainingClient } from './training-client.js';
import { parseAnswer, type Call, type Transport } from './transport.js';

/** Why a session is over. */
export type FinishReason = 'success' | 'errored' | 'interrupted';

export interface SessionOptions {
  readonly transport: Transport;
  readonly sessionId: string;
  readonly chunkLimits: ChunkLimits;
  readonly compress: boolean;
  readonly onWarning: (message: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface LoraOptions {
  readonly baseModel: string;
  readonly rank: number;
  /** Seed of the LoRA's first weights. @default the server's choice */
  readonly seed?: number;
  /** @default true */
  readonly trainMlp?: boolean;
  readonly trainAttn?: boolean;
  readonly trainUnembed?: boolean;
  readonly userMetadata?: Readonly<Record<string, string>>;
}

export interface LoadOptions {
  /** True restores the optimizer's moments, false starts them anew. */
  readonly optimizer: boolean;
  readonly userMetadata?: Readonly<Record<string, string>>;
}

const heartbeatMs = 10_000;
const heartbeatWarningMs = 120_000;

const Created = z.object({ model_id: z.string().nullish() });
const SamplingSession = z.object({ sampling_session_id: z.string() });
const Info = z.object({
  model_id: z.string(),
  model_data: z.object({ tokenizer_id: z.string().nullish(), model_name: z.string().nullish() }).nullish(),
});

/** What the server says of a model. */
export interface ModelInfo {
  readonly modelId: string;
  readonly modelName?: string;
  readonly tokenizerId?: string;
}

/**
 * A session with the server. It tells the server every ten seconds that it lives; one that stops telling is ended there,
 * with its models. Finish it when done.
 */
export class TinkerSession {
  private readonly timer: NodeJS.Timeout;
  private readonly transport: Transport;
  private nextModelSeqId = 0;
  private nextSamplingSeqId = 0;
  private lastBeatMs: number;
  private isOver = false;

  constructor(private readonly options: SessionOptions) {
    this.transport = options.transport;
    this.lastBeatMs = this.transport.clock.now();
    this.timer = setInterval(() => void this.beat(), heartbeatMs);
    this.timer.unref();
  }

  get id(): string {
    return this.options.sessionId;
  }

  /** True once the session is finished, here or by the server. */
  get isFinished(): boolean {
    return this.isOver;
  }

  /** A new LoRA on a base model. */
  async createLoraTrainingClient(lora: LoraOptions): Promise<TrainingClient> {
    const modelSeqId = this.nextModelSeqId++;
    return this.trainingClient(await this.createModel(lora, modelSeqId), 1);
  }

  /**
   * A new run that starts from saved state. One request on the hosted service; a server that refuses it (422, it wants a
   * `model_id`) gets a new model first and the state loaded into it.
   *
   * @throws {TinkerError} not-found, where the server has the state no more; expired, where it has lost the session.
   */
  async createFromState(statePath: string, load: LoadOptions): Promise<TrainingClient> {
    parseCheckpointPath(statePath);
    return this.tellingLost(statePath, () => this.loadState(statePath, load));
  }

  private async loadState(statePath: string, load: LoadOptions): Promise<TrainingClient> {
    const modelSeqId = this.nextModelSeqId++;
    let created: { model_id?: string | null | undefined };
    try {
      created = await this.request('LoadWeights', 'load_weights', {
        session_id: this.id,
        model_seq_id: modelSeqId,
        user_metadata: load.userMetadata,
        path: statePath,
        optimizer: load.optimizer,
        type: 'load_weights',
      });
    } catch (error) {
      const wantsModel =
        error instanceof TinkerError && error.status === 422 && (error.detail ?? '').includes('model_id');
      if (!wantsModel) throw error;
      return this.createThenLoad(statePath, load, modelSeqId);
    }
    return this.trainingClient(created.model_id ?? `${this.id}:train:${modelSeqId}`, 1);
  }

  /**
   * Samples from a base model by name, or from weights by their `tinker://` path.
   *
   * @throws {TinkerError} not-found, where the server does not have the weights; expired, where it has lost the session.
   */
  async createSamplingClient(
    from: { readonly baseModel: string } | { readonly modelPath: string },
  ): Promise<SamplingClient> {
    if ('baseModel' in from) return this.openSampler({ base_model: from.baseModel });
    parseCheckpointPath(from.modelPath);
    return this.tellingLost(from.modelPath, () => this.openSampler({ model_path: from.modelPath }));
  }

  private async openSampler(
    weights: { readonly base_model: string } | { readonly model_path: string },
  ): Promise<SamplingClient> {
    const answer = await this.transport.send({
      class: 'control',
      method: 'POST',
      path: 'create_sampling_session',
      body: {
        session_id: this.id,
        sampling_session_seq_id: this.nextSamplingSeqId++,
        ...weights,
        type: 'create_sampling_session',
      },
      inSession: 'base_model' in weights,
      signal: this.options.signal,
    });
    const { sampling_session_id } = parseAnswer(SamplingSession, answer, 'create_sampling_session');
    const { signal, onWarning } = this.options;
    return new SamplingClient(this.transport, sampling_session_id, signal, onWarning);
  }

  async modelInfo(modelId: string): Promise<ModelInfo> {
    const body = { model_id: modelId, type: 'get_info' };
    const answer = await this.transport.send({
      class: 'control',
      method: 'POST',
      path: 'get_info',
      body,
      signal: this.options.signal,
    });
    const info = parseAnswer(Info, answer, 'get_info');
    const { tokenizer_id, model_name } = info.model_data ?? {};
    return {
      modelId: info.model_id,
      ...(typeof model_name === 'string' ? { modelName: model_name } : {}),
      ...(typeof tokenizer_id === 'string' ? { tokenizerId: tokenizer_id } : {}),
    };
  }

  /** Ends the session; the first reason counts. Sent even where the caller's signal is aborted. */
  async finish(reason: FinishReason): Promise<void> {
    if (this.isOver) return;
    this.stop();
    await finishSession(this.transport, this.id, reason);
  }

  private async createModel(lora: LoraOptions, modelSeqId: number): Promise<string> {
    const created = await this.request('CreateModel', 'create_model', {
      session_id: this.id,
      model_seq_id: modelSeqId,
      base_model: lora.baseModel,
      user_metadata: lora.userMetadata,
      lora_config: {
        rank: lora.rank,
        seed: lora.seed,
        train_unembed: lora.trainUnembed ?? true,
        train_mlp: lora.trainMlp ?? true,
        train_attn: lora.trainAttn ?? true,
      },
      optimizer_config: { type: 'adamw' },
      type: 'create_model',
    });
    return created.model_id ?? `${this.id}:train:${modelSeqId}`;
  }

  private async createThenLoad(
    statePath: string,
    load: LoadOptions,
    modelSeqId: number,
  ): Promise<TrainingClient> {
    const info = await weightsInfo(this.transport, statePath, this.options.signal);
    const metadata = load.userMetadata === undefined ? {} : { userMetadata: load.userMetadata };
    const modelId = await this.createModel({ ...info, rank: info.loraRank ?? 32, ...metadata }, modelSeqId);
    await this.request('LoadWeights', 'load_weights', {
      model_id: modelId,
      seq_id: 1,
      path: statePath,
      optimizer: load.optimizer,
      type: 'load_weights',
    });
    return this.trainingClient(modelId, 2);
  }

  /**
   * A 404 to a call that names a checkpoint may mean the checkpoint or this session. The server is asked for the checkpoint:
   * where it has that, it has lost the session.
   */
  private async tellingLost<T>(path: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof TinkerError) || error.kind !== 'not-found') throw error;
      try {
        await weightsInfo(this.transport, path, this.options.signal);
      } catch (missing) {
        const isAnswer = missing instanceof TinkerError && ['not-found', 'request'].includes(missing.kind);
        throw isAnswer ? error : missing;
      }
      const { status, url, detail } = error;
      throw new TinkerError(
        'expired',
        `${error.message}; but it has ${path}: the session ${this.id} is lost`,
        {
          cause: error,
          ...(status === undefined ? {} : { status }),
          ...(url === undefined ? {} : { url }),
          ...(detail === undefined ? {} : { detail }),
        },
      );
    }
  }

  /** Sends a call and waits for its future. */
  private async request(type: RequestType, path: string, body: unknown): Promise<z.infer<typeof Created>> {
    if (this.isOver) throw new TinkerError('ended', `The session ${this.id} is over`);
    const { signal, onWarning: onWait } = this.options;
    const call: Call = {
      class: type === 'CreateModel' ? 'control' : 'submit',
      method: 'POST',
      path,
      body,
      // A load names a checkpoint too.
      inSession: type === 'CreateModel',
      signal,
      onRetry: onWait,
    };
    const submitted = parseAnswer(Submitted, await this.transport.send(call), path);
    const answer = await retrieveFuture(this.transport, submitted.request_id, { type, signal, onWait });
    const created = parseAnswer(Created, answer, path);
    return { model_id: created.model_id ?? submitted.model_id };
  }

  private trainingClient(modelId: string, nextSeqId: number): TrainingClient {
    const { chunkLimits, compress, signal, onWarning } = this.options;
    return new TrainingClient({
      transport: this.transport,
      modelId,
      nextSeqId,
      chunkLimits,
      compress,
      signal,
      onWait: onWarning,
    });
  }

  private async beat(): Promise<void> {
    const { clock } = this.transport;
    try {
      await this.transport.send({
        class: 'once',
        method: 'POST',
        path: 'session_heartbeat',
        body: { session_id: this.id, type: 'session_heartbeat' },
        timeoutMs: heartbeatMs,
        inSession: true,
      });
      this.lastBeatMs = clock.now();
    } catch (error) {
      if (this.isOver) return;
      if (error instanceof TinkerError && error.kind === 'expired') {
        this.stop();
        this.options.onWarning(`The server has ended the session ${this.id}`);
      } else if (clock.now() - this.lastBeatMs > heartbeatWarningMs) {
        const seconds = Math.round((clock.now() - this.lastBeatMs) / 1000);
        this.options.onWarning(
          `No heartbeat of session ${this.id} got through for ${seconds} s: ${describeFailure(error)}`,
        );
      }
    }
  }

  private stop(): void {
    this.isOver = true;
    clearInterval(this.timer);
  }
}

/** Ends a session by its id, for instance one that a dead process has left. Unknown and finished ones are fine. */
export async function finishSession(
  transport: Transport,
  sessionId: string,
  reason: FinishReason,
): Promise<void> {
  try {
    await transport.send({
      class: 'control',
      method: 'POST',
      path: `sessions/${sessionId}/finish`,
      body: { reason: { type: reason }, detail: null },
    });
  } catch (error) {
    // SkyRL has no such endpoint; and a session that the server does not know, or has ended, needs no finishing.
    const isFine = error instanceof TinkerError && ['not-found', 'expired', 'conflict'].includes(error.kind);
    if (!isFine) throw error;
  }
}
