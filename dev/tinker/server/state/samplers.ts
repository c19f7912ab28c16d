import type { ModelConfig } from '../../model/config.js';
import type { ComputeHost } from '../../model/host.js';
import { decodeState } from '../checkpoints/checkpoint-files.js';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.js';
import { Problem } from '../problem.js';
import type { Session } from './sessions.js';
import { parsePath, type TrainingModel } from './training-models.js';

/** A sampling session: frozen weights that samples are drawn from. */
export interface Sampler {
  readonly id: string;
  readonly sessionId: string;
  readonly baseModel: string;
  /** null for the base model and for ephemeral snapshots. */
  readonly modelPath: string | null;
  /** Requests by sequence id, so that a resend draws no second sample. */
  readonly requests: Map<number, { readonly bodyHash: string; readonly requestId: string }>;
}

/** The sampling sessions of all live sessions. */
export class Samplers {
  readonly #host: ComputeHost;
  readonly #config: ModelConfig;
  readonly #checkpoints: CheckpointStore;
  readonly #live = new Map<string, Sampler>();
  readonly #ended = new Map<string, string>();

  constructor(host: ComputeHost, config: ModelConfig, checkpoints: CheckpointStore) {
    this.#host = host;
    this.#config = config;
    this.#checkpoints = checkpoints;
  }

  /** @throws {Problem} 404, 410 as for models. */
  get(id: string): Sampler {
    const why = this.#ended.get(id);
    if (why !== undefined) throw new Problem(410, why);
    const sampler = this.#live.get(id);
    if (sampler === undefined) throw new Problem(404, `Sampling session ${id} does not exist`);
    return sampler;
  }

  async openBase(session: Session, seqId: number, baseModel: string): Promise<Sampler> {
    const sampler = this.#add(session, seqId, baseModel, null);
    await this.#host.call('openSampler', sampler.id, {});
    return sampler;
  }

  async openCheckpoint(session: Session, seqId: number, modelPath: string): Promise<Sampler> {
    const path = parsePath(modelPath);
    if (path.kind !== 'sampler_weights')
      throw new Problem(400, `${modelPath} holds no sampler weights; use save_weights_for_sampler first`);
    const meta = this.#checkpoints.get(path);
    const { bytes, file } = await this.#checkpoints.readData(meta);
    const { params } = decodeState(bytes, this.#config, meta.lora, file);
    const sampler = this.#add(session, seqId, meta.baseModel, modelPath);
    await this.#host.call('openSampler', sampler.id, { adapter: { lora: meta.lora, params } });
    return sampler;
  }

  /** A snapshot of a live model that is kept nowhere else. */
  async openSnapshot(
    { id, sessionId, baseModel }: Pick<TrainingModel, 'id' | 'sessionId' | 'baseModel'>,
    seqId: number,
  ): Promise<Sampler> {
    const sampler = this.#add({ id: sessionId }, seqId, baseModel, null);
    await this.#host.call('openSamplerOfModel', sampler.id, id);
    return sampler;
  }

  endSession(session: Session, why: string): void {
    for (const sampler of this.#live.values()) {
      if (sampler.sessionId !== session.id) continue;
      this.#live.delete(sampler.id);
      this.#ended.set(sampler.id, why);
      this.#host.call('closeSampler', sampler.id).catch(() => undefined);
    }
  }

  #add(session: Pick<Session, 'id'>, seqId: number, baseModel: string, modelPath: string | null): Sampler {
    const id = `${session.id}:sample:${seqId}`;
    if (this.#live.has(id)) throw new Problem(409, `Sampling session ${id} exists already`);
    const sampler = {
      id,
      sessionId: session.id,
      baseModel,
      modelPath,
      requests: new Map(),
    };
    this.#live.set(id, sampler);
    return sampler;
  }
}
