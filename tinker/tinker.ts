import { z } from 'zod';
import { billedTokens, type BilledTokens } from './billing.js';
import * as checkpoints from './checkpoints.js';
import type { ChunkLimits } from './datum.js';
import { downloadAdapter, type AdapterTarget } from './download/download-adapter.js';
import { parseAnswer } from './http/answer.js';
import type { Transport } from './http/transport.js';
import { finishSession, TinkerSession, type FinishReason } from './session.js';

/** The Python SDK whose protocol this client implements. Servers read it. */
export const protocolVersion = '0.38.0';

export interface TinkerOptions {
  readonly transport: Transport;
  readonly chunkLimits: ChunkLimits;
  /** Bodies are sent with zstd, as the server requests. */
  readonly compress: boolean;
  /** Of sessions that name none. */
  readonly tags: readonly string[];
  readonly projectId: string | undefined;
  readonly onWarning: (message: string) => void;
}

export interface SessionStart {
  /** @default `TINKER_TAGS`, separated by commas */
  readonly tags?: readonly string[];
  readonly userMetadata?: Readonly<Record<string, string>>;
  readonly displayName?: string;
  /** Aborts every call of the session's clients. */
  readonly signal?: AbortSignal;
}

export interface ServerModel {
  readonly name: string;
  readonly maxContextLength?: number;
  readonly trainable: boolean;
  readonly sampleable: boolean;
}

export interface Capabilities {
  readonly models: readonly ServerModel[];
  /** Fields of the answer beyond the protocol. */
  readonly extra: Readonly<Record<string, unknown>>;
}

const CreatedSession = z.object({
  session_id: z.string(),
  info_message: z.string().nullish(),
  warning_message: z.string().nullish(),
  error_message: z.string().nullish(),
});
const ServerCapabilities = z.looseObject({
  supported_models: z.array(
    z.object({
      model_name: z.string(),
      max_context_length: z.number().nullish(),
      trainable: z.boolean().nullish(),
      sampleable: z.boolean().nullish(),
    }),
  ),
});

/** Seconds: an export is deleted after its download, and expires where that fails. */
const exportTtlSeconds = 3_600;

/** A connection to a server: what needs no session, and sessions. */
export class Tinker {
  readonly #options: TinkerOptions;
  readonly #transport: Transport;

  constructor(options: TinkerOptions) {
    this.#options = options;
    this.#transport = options.transport;
  }

  /** Address of the server, without a `/` at the end. */
  get baseUrl(): string {
    return this.#transport.baseUrl;
  }

  /** Opens a session. It sends heartbeats until it is finished. */
  async openSession(start: SessionStart = {}): Promise<TinkerSession> {
    const { chunkLimits, compress, tags, projectId, onWarning } = this.#options;
    const answer = await this.#transport.send({
      class: 'control',
      method: 'POST',
      path: 'create_session',
      body: {
        tags: start.tags ?? tags,
        user_metadata: start.userMetadata,
        sdk_version: protocolVersion,
        project_id: projectId,
        display_name: start.displayName,
        type: 'create_session',
      },
      signal: start.signal,
    });
    const created = parseAnswer(CreatedSession, answer, 'create_session');
    for (const message of [created.info_message, created.warning_message, created.error_message])
      if (message) onWarning(`Tinker: ${message}`);
    return new TinkerSession({
      transport: this.#transport,
      sessionId: created.session_id,
      chunkLimits,
      compress,
      onWarning,
      signal: start.signal,
    });
  }

  /** Finishes a session of another process. */
  finishSession(sessionId: string, reason: FinishReason): Promise<void> {
    return finishSession(this.#transport, sessionId, reason);
  }

  /** The models of the server. */
  async capabilities(signal?: AbortSignal): Promise<Capabilities> {
    const path = 'get_server_capabilities';
    const answer = await this.#transport.send({ class: 'control', method: 'GET', path, signal });
    const { supported_models, ...extra } = parseAnswer(ServerCapabilities, answer, path);
    return {
      models: supported_models.map(({ model_name, max_context_length, trainable, sampleable }) => ({
        name: model_name,
        ...(typeof max_context_length === 'number' ? { maxContextLength: max_context_length } : {}),
        trainable: trainable ?? true,
        sampleable: sampleable ?? true,
      })),
      extra,
    };
  }

  /**
   * The tokens that the server has billed the account between two moments (milliseconds), in whole hours
   * around them; it lags by up to a few hours.
   *
   * @throws {TinkerError} auth, where the key may not see the billing; not-found, where the server has none.
   */
  billedTokens(fromMs: number, toMs: number, signal?: AbortSignal): Promise<BilledTokens[]> {
    return billedTokens(this.#transport, fromMs, toMs, signal);
  }

  /** Base model and LoRA of a checkpoint. @throws {TinkerError} not-found. */
  weightsInfo(path: string, signal?: AbortSignal): Promise<checkpoints.WeightsInfo> {
    return checkpoints.weightsInfo(this.#transport, path, signal);
  }

  /** Every checkpoint of a training run. @throws {TinkerError} not-found. */
  listCheckpoints(runId: string, signal?: AbortSignal): Promise<checkpoints.Checkpoint[]> {
    return checkpoints.listCheckpoints(this.#transport, runId, signal);
  }

  /** Sets how long a checkpoint stays, in seconds from now; `null`: for good. */
  setCheckpointTtl(path: string, ttlSeconds: number | null, signal?: AbortSignal): Promise<void> {
    return checkpoints.setCheckpointTtl(this.#transport, path, ttlSeconds, signal);
  }

  /** Deletes a checkpoint; one that does not exist counts as deleted. */
  deleteCheckpoint(path: string, signal?: AbortSignal): Promise<void> {
    return checkpoints.deleteCheckpoint(this.#transport, path, signal);
  }

  /**
   * Downloads a checkpoint's adapter in PEFT layout: `adapter_config.json` and `adapter_model.safetensors`.
   * External weights come as they are. Any other checkpoint comes as an archive where the server has archives
   * (older ones do); else a saved state is loaded into a training run of its own, exported, and the export
   * deleted, as the official `tinker checkpoint download` does. Files are not held in memory.
   *
   * @throws {TinkerError} not-found; request, where the server does not export such a checkpoint (sampler
   * weights on the hosted service); protocol, where the answer is not an adapter, or is larger than any.
   */
  downloadAdapter(path: string, target: AdapterTarget, signal?: AbortSignal): Promise<void> {
    const exportState = (): Promise<string> => this.#exportState(path, signal);
    return downloadAdapter({ transport: this.#transport, exportState, signal }, path, target);
  }

  async #exportState(path: string, signal: AbortSignal | undefined): Promise<string> {
    const session = await this.openSession({
      displayName: 'adapter download',
      ...(signal === undefined ? {} : { signal }),
    });
    try {
      const client = await session.createFromState(path, { optimizer: false });
      return await client.saveWeightsExternal('download', { ttlSeconds: exportTtlSeconds }).result;
    } finally {
      await session.finish('success');
    }
  }
}
