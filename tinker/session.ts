import { z } from 'zod';
import { weightsInfo } from './checkpoints.js';
import type { ChunkLimits } from './datum.js';
import { TinkerError } from './errors.js';
import { parseAnswer } from './http/answer.js';
import type { Transport } from './http/transport.js';
import {
  createModel,
  loadModel,
  type LoadOptions,
  type LoraOptions,
  type ModelCall,
  type OpenModel,
} from './open-model.js';
import { parseCheckpointPath } from './paths.js';
import { SamplingClient } from './sampling-client.js';
import { SessionHeartbeat } from './session-heartbeat.js';
import { TrainingClient } from './training-client.js';

/** How a session ended. */
export type FinishReason = 'success' | 'errored' | 'interrupted';

export interface SessionOptions {
  readonly transport: Transport;
  readonly sessionId: string;
  readonly chunkLimits: ChunkLimits;
  readonly compress: boolean;
  readonly onWarning: (message: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const SamplingSession = z.object({ sampling_session_id: z.string() });

/**
 * A session with the server, which holds the models of its clients. It sends heartbeats; finish it when done.
 */
export class TinkerSession {
  readonly #options: SessionOptions;
  readonly #transport: Transport;
  readonly #heartbeat: SessionHeartbeat;
  #nextModelSeqId = 0;
  #nextSamplingSeqId = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#transport = options.transport;
    this.#heartbeat = new SessionHeartbeat(options);
  }

  get id(): string {
    return this.#options.sessionId;
  }

  /** True once the session is finished, by this client or by the server. */
  get isFinished(): boolean {
    return this.#heartbeat.isStopped;
  }

  /** Creates a LoRA on a base model. */
  async createLoraTrainingClient(lora: LoraOptions): Promise<TrainingClient> {
    return this.#trainingClient(await createModel(this.#nextModel(), lora));
  }

  /**
   * Creates a training run that starts from a saved state.
   *
   * @throws {TinkerError} not-found, where the server does not have the state; expired, where it has lost the
   * session.
   */
  async createFromState(statePath: string, load: LoadOptions): Promise<TrainingClient> {
    parseCheckpointPath(statePath);
    const model = this.#nextModel();
    return this.#trainingClient(await this.#onNotFound(statePath, () => loadModel(model, statePath, load)));
  }

  /**
   * Samples from a base model by name, or from weights by their `tinker://` path.
   *
   * @throws {TinkerError} not-found, where the server does not have the weights; expired, where it has lost
   * the session.
   */
  async createSamplingClient(
    from: { readonly baseModel: string } | { readonly modelPath: string },
  ): Promise<SamplingClient> {
    if ('baseModel' in from) return this.#openSampler({ base_model: from.baseModel });
    parseCheckpointPath(from.modelPath);
    return this.#onNotFound(from.modelPath, () => this.#openSampler({ model_path: from.modelPath }));
  }

  /** Finishes the session, once. Is sent even where the caller's signal is aborted. */
  async finish(reason: FinishReason): Promise<void> {
    if (this.isFinished) return;
    this.#heartbeat.stop();
    await finishSession(this.#transport, this.id, reason);
  }

  /** @throws {TinkerError} ended. */
  #nextModel(): ModelCall {
    if (this.isFinished) throw new TinkerError('ended', `The session ${this.id} is over`);
    const { signal, onWarning } = this.#options;
    const modelSeqId = this.#nextModelSeqId;
    this.#nextModelSeqId += 1;
    return { transport: this.#transport, sessionId: this.id, modelSeqId, signal, onWait: onWarning };
  }

  #trainingClient({ modelId, nextSeqId }: OpenModel): TrainingClient {
    const { chunkLimits, compress, signal, onWarning } = this.#options;
    return new TrainingClient({
      transport: this.#transport,
      modelId,
      nextSeqId,
      chunkLimits,
      compress,
      signal,
      onWait: onWarning,
    });
  }

  async #openSampler(
    weights: { readonly base_model: string } | { readonly model_path: string },
  ): Promise<SamplingClient> {
    const { signal, onWarning } = this.#options;
    const path = 'create_sampling_session';
    const body = {
      session_id: this.id,
      sampling_session_seq_id: this.#nextSamplingSeqId,
      ...weights,
      type: path,
    };
    this.#nextSamplingSeqId += 1;
    const inSession = 'base_model' in weights;
    const answer = await this.#transport.send({
      class: 'control',
      method: 'POST',
      path,
      body,
      inSession,
      signal,
    });
    const { sampling_session_id } = parseAnswer(SamplingSession, answer, path);
    return new SamplingClient({
      transport: this.#transport,
      samplingSessionId: sampling_session_id,
      signal,
      onWait: onWarning,
    });
  }

  /**
   * A 404 to a call that names a checkpoint is about the checkpoint or about this session. A server that
   * still has the checkpoint has lost the session.
   */
  async #onNotFound<T>(path: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof TinkerError) || error.kind !== 'not-found') throw error;
      if (!(await this.#hasCheckpoint(path))) throw error;
      throw error.as('expired', `${error.message}; but it has ${path}: the session ${this.id} is lost`);
    }
  }

  async #hasCheckpoint(path: string): Promise<boolean> {
    try {
      await weightsInfo(this.#transport, path, this.#options.signal);
      return true;
    } catch (error) {
      if (error instanceof TinkerError && ['not-found', 'request'].includes(error.kind)) return false;
      throw error;
    }
  }
}

/** Finishes a session by its id, such as one of a dead process. Unknown and finished sessions are fine. */
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
    // SkyRL has no such endpoint, and a session that the server does not have or has ended needs no
    // finishing.
    const isFine = error instanceof TinkerError && ['not-found', 'expired', 'conflict'].includes(error.kind);
    if (!isFine) throw error;
  }
}
