import { z } from 'zod';
import { credentialAuth, jwtAuth } from './auth.js';
import * as checkpoints from './checkpoints.js';
import { systemClock, type Clock } from './clock.js';
import type { DownloadedAdapter } from './adapter-folder.js';
import { downloadAdapter } from './download.js';
import { resolveBaseUrl, resolveCredential, type Environment } from './credentials.js';
import { TinkerError } from './errors.js';
import { defaultRetryLimits, type RetryLimits } from './retry-table.js';
import { finishSession, TinkerSession, type FinishReason } from './session.js';
import { parseAnswer, Transport } from './transport.js';

/** The Python SDK whose protocol this client speaks; servers look at it. */
const protocolVersion = '0.38.0';

export interface ConnectOptions {
  /** @default `TINKER_BASE_URL`, else the hosted service */
  readonly baseUrl?: string;
  /** @default `TINKER_API_KEY`, `TINKER_CREDENTIAL_CMD`, `~/.tinker/credentials.json`, in this order */
  readonly apiKey?: string;
  /** @default process.env */
  readonly env?: Environment;
  readonly limits?: Partial<RetryLimits>;
  /** Told what a person may want to know: messages of the server, lost heartbeats, what a call waits for (billing, capacity). */
  readonly onWarning?: (message: string) => void;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
}

export interface SessionStart {
  readonly tags?: readonly string[];
  readonly userMetadata?: Readonly<Record<string, string>>;
  readonly displayName?: string;
  readonly projectId?: string;
  /** Aborts everything that the session's clients do. */
  readonly signal?: AbortSignal;
}

export interface ServerModel {
  readonly name: string;
  readonly maxContextLength?: number;
  readonly trainable: boolean;
  readonly sampleable: boolean;
}

/** What a server offers. `extra` holds what it says beyond the protocol. */
export interface Capabilities {
  readonly models: readonly ServerModel[];
  readonly extra: Readonly<Record<string, unknown>>;
}

const ClientConfig = z.object({
  pjwt_auth_enabled: z.boolean().default(false),
  proto_compress_fwdbwd: z.boolean().default(false),
  fwdbwd_max_chunk_len: z.int().min(1).default(1024),
  fwdbwd_max_chunk_bytes_count: z.int().min(1).default(5_000_000),
  billing_exception_max_pause_duration_sec: z.number().min(0).default(3600),
});
type ClientConfig = z.infer<typeof ClientConfig>;

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
const Jwt = z.object({ jwt: z.string() });

/**
 * Connects to a Tinker server: finds address and credential, asks for the server's client settings and, where it wants
 * that, exchanges the credential for a short-lived one. Starts no session.
 *
 * @throws {TinkerError} key-missing, auth, unavailable.
 */
export async function connectTinker(options: ConnectOptions = {}): Promise<Tinker> {
  const env = options.env ?? process.env;
  const baseUrl = resolveBaseUrl(options.baseUrl, env);
  const clock = options.clock ?? systemClock;
  const direct = credentialAuth(await resolveCredential(options.apiKey, env));
  const plain = new Transport(
    {
      baseUrl,
      clock,
      limits: { ...defaultRetryLimits, ...options.limits },
      userAgent: `headrace-tinker (protocol ${protocolVersion})`,
      headers: cloudflareHeaders(env),
      fetch: options.fetch ?? fetch,
    },
    direct,
  );
  const config = await fetchConfig(plain, options.signal);
  const exchange = async (): Promise<string> => {
    const answer = await plain.send({ class: 'control', method: 'POST', path: 'auth/token', body: {} });
    return parseAnswer(Jwt, answer, 'auth/token').jwt;
  };
  const limits = {
    billingPauseMs: options.limits?.billingPauseMs ?? config.billing_exception_max_pause_duration_sec * 1_000,
  };
  const transport = plain.with({
    limits,
    ...(config.pjwt_auth_enabled ? { auth: jwtAuth(direct, exchange, clock) } : {}),
  });
  return new Tinker(transport, config, options.onWarning ?? (() => undefined), env);
}

async function fetchConfig(transport: Transport, signal: AbortSignal | undefined): Promise<ClientConfig> {
  try {
    const body = { sdk_version: protocolVersion };
    const answer = await transport.send({
      class: 'control',
      method: 'POST',
      path: 'client/config',
      body,
      signal,
    });
    return parseAnswer(ClientConfig, answer, 'client/config');
  } catch (error) {
    if (error instanceof TinkerError && error.kind === 'not-found') return ClientConfig.parse({});
    throw error;
  }
}

function cloudflareHeaders(env: Environment): Record<string, string> {
  const id = env['CLOUDFLARE_ACCESS_CLIENT_ID'];
  const secret = env['CLOUDFLARE_ACCESS_CLIENT_SECRET'];
  return id && secret ? { 'cf-access-client-id': id, 'cf-access-client-secret': secret } : {};
}

/** A connection to a server: what needs no session, and the way to one. */
export class Tinker {
  constructor(
    private readonly transport: Transport,
    private readonly config: ClientConfig,
    private readonly onWarning: (message: string) => void,
    private readonly env: Environment,
  ) {}

  /** Address of the server, without a `/` at the end. */
  get baseUrl(): string {
    return this.transport.baseUrl;
  }

  /** Opens a session, which beats until it is finished. */
  async openSession(start: SessionStart = {}): Promise<TinkerSession> {
    const answer = await this.transport.send({
      class: 'control',
      method: 'POST',
      path: 'create_session',
      body: {
        tags: start.tags ?? splitTags(this.env['TINKER_TAGS']),
        user_metadata: start.userMetadata,
        sdk_version: protocolVersion,
        project_id: start.projectId ?? (this.env['TINKER_PROJECT_ID'] || undefined),
        display_name: start.displayName,
        type: 'create_session',
      },
      signal: start.signal,
    });
    const created = parseAnswer(CreatedSession, answer, 'create_session');
    for (const message of [created.info_message, created.warning_message, created.error_message])
      if (message) this.onWarning(`Tinker says: ${message}`);
    return new TinkerSession({
      transport: this.transport,
      sessionId: created.session_id,
      chunkLimits: {
        maxDatums: this.config.fwdbwd_max_chunk_len,
        maxBytes: this.config.fwdbwd_max_chunk_bytes_count,
      },
      compress: this.config.proto_compress_fwdbwd,
      onWarning: this.onWarning,
      signal: start.signal,
    });
  }

  /** Ends a session that another process has left. */
  finishSession(sessionId: string, reason: FinishReason): Promise<void> {
    return finishSession(this.transport, sessionId, reason);
  }

  async capabilities(signal?: AbortSignal): Promise<Capabilities> {
    const path = 'get_server_capabilities';
    const answer = await this.transport.send({ class: 'control', method: 'GET', path, signal });
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

  /** What a checkpoint is of. @throws {TinkerError} not-found. */
  weightsInfo(path: string, signal?: AbortSignal): Promise<checkpoints.WeightsInfo> {
    return checkpoints.weightsInfo(this.transport, path, signal);
  }

  /** Every checkpoint of a run. @throws {TinkerError} not-found. */
  listCheckpoints(runId: string, signal?: AbortSignal): Promise<checkpoints.Checkpoint[]> {
    return checkpoints.listCheckpoints(this.transport, runId, signal);
  }

  /** Seconds from now that a checkpoint stays; `null`: for good. */
  setCheckpointTtl(path: string, ttlSeconds: number | null, signal?: AbortSignal): Promise<void> {
    return checkpoints.setCheckpointTtl(this.transport, path, ttlSeconds, signal);
  }

  deleteCheckpoint(path: string, signal?: AbortSignal): Promise<void> {
    return checkpoints.deleteCheckpoint(this.transport, path, signal);
  }

  /**
   * Fetches a checkpoint's adapter into `folder`, in PEFT layout: `adapter_config.json` and `adapter_model.safetensors`. External
   * weights are fetched as they are; any other checkpoint by the archive of an older server, and where that is no more, a saved
   * state is loaded into a run of its own, exported and the export deleted, as the official `tinker checkpoint download` does.
   *
   * Nothing of it is held in memory. Whatever ends the process, a file in the folder is whole and `adapter_config.json` comes last; what
   * a killed one has left beside them, in a hidden folder, goes with the next download into the folder.
   *
   * @throws {TinkerError} not-found; request, where the server exports no such checkpoint (sampler weights on the hosted service);
   * protocol, where what it sends is no adapter, or is larger than any.
   */
  downloadAdapter(path: string, folder: string, signal?: AbortSignal): Promise<DownloadedAdapter> {
    const exportState = async (): Promise<string> => {
      const session = await this.openSession({
        displayName: 'adapter download',
        ...(signal === undefined ? {} : { signal }),
      });
      try {
        const client = await session.createFromState(path, { optimizer: false });
        return await client.saveWeightsExternal('download', { ttlSeconds: 3_600 }).result;
      } finally {
        await session.finish('success');
      }
    };
    return downloadAdapter({ transport: this.transport, exportState, signal }, path, folder);
  }
}

function splitTags(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}
