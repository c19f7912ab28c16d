import { z } from 'zod';
import { credentialAuth, jwtAuth, type Auth } from './connect/auth.js';
import { resolveBaseUrl, resolveCredential, type Environment } from './connect/credentials.js';
import { TinkerError } from './errors.js';
import { parseAnswer } from './http/answer.js';
import { systemClock, type Clock } from './http/clock.js';
import { defaultRetryLimits, type RetryLimits } from './http/retry-table.js';
import { Transport } from './http/transport.js';
import { protocolVersion, Tinker } from './tinker.js';

export interface ConnectOptions {
  /** @default `TINKER_BASE_URL`, else the hosted service */
  readonly baseUrl?: string;
  /** @default `TINKER_API_KEY`, `TINKER_CREDENTIAL_CMD`, `~/.tinker/credentials.json`, in this order */
  readonly apiKey?: string;
  /** @default process.env */
  readonly env?: Environment;
  readonly limits?: Partial<RetryLimits>;
  /**
   * Called with messages for the user: those of the server, lost heartbeats, what a call waits for (billing,
   * capacity). Credentials are removed from them.
   */
  readonly onWarning?: (message: string) => void;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
}

/** Answer of `client/config`. A server without it has the defaults. */
const ClientConfig = z.object({
  pjwt_auth_enabled: z.boolean().default(false),
  proto_compress_fwdbwd: z.boolean().default(false),
  fwdbwd_max_chunk_len: z.int().min(1).default(1024),
  fwdbwd_max_chunk_bytes_count: z.int().min(1).default(5_000_000),
  billing_exception_max_pause_duration_sec: z.number().min(0).default(3600),
});
type ClientConfig = z.infer<typeof ClientConfig>;

const Jwt = z.object({ jwt: z.string() });

/**
 * Connects to a Tinker server: resolves its address and the credential, fetches the server's client settings
 * and, where those require it, exchanges the credential for a short-lived token. Opens no session.
 *
 * @throws {TinkerError} key-missing, auth, unavailable.
 */
export async function connectTinker(options: ConnectOptions = {}): Promise<Tinker> {
  const env = options.env ?? process.env;
  const clock = options.clock ?? systemClock;
  const direct = credentialAuth(await resolveCredential(options.apiKey, env));
  const plain = new Transport(
    {
      baseUrl: resolveBaseUrl(options.baseUrl, env),
      clock,
      limits: { ...defaultRetryLimits, ...options.limits },
      userAgent: `headrace-tinker (protocol ${protocolVersion})`,
      headers: cloudflareHeaders(env),
      fetch: options.fetch ?? fetch,
    },
    direct,
  );
  const config = await fetchConfig(plain, options.signal);
  const pauseMs = config.billing_exception_max_pause_duration_sec * 1_000;
  const transport = plain.with({
    limits: { billingPauseMs: options.limits?.billingPauseMs ?? pauseMs },
    ...(config.pjwt_auth_enabled ? { auth: exchangedAuth(plain, direct, clock) } : {}),
  });
  return new Tinker({
    transport,
    chunkLimits: { maxDatums: config.fwdbwd_max_chunk_len, maxBytes: config.fwdbwd_max_chunk_bytes_count },
    compress: config.proto_compress_fwdbwd,
    tags: splitTags(env['TINKER_TAGS']),
    projectId: env['TINKER_PROJECT_ID'] || undefined,
    onWarning: (message) => options.onWarning?.(transport.redact(message)),
  });
}

async function fetchConfig(transport: Transport, signal: AbortSignal | undefined): Promise<ClientConfig> {
  const path = 'client/config';
  const body = { sdk_version: protocolVersion };
  try {
    const answer = await transport.send({ class: 'control', method: 'POST', path, body, signal });
    return parseAnswer(ClientConfig, answer, path);
  } catch (error) {
    if (error instanceof TinkerError && error.kind === 'not-found') return ClientConfig.parse({});
    throw error;
  }
}

function exchangedAuth(transport: Transport, direct: Auth, clock: Clock): Auth {
  const path = 'auth/token';
  const exchange = async (): Promise<string> => {
    const answer = await transport.send({ class: 'control', method: 'POST', path, body: {} });
    return parseAnswer(Jwt, answer, path).jwt;
  };
  return jwtAuth(direct, exchange, clock);
}

function cloudflareHeaders(env: Environment): Record<string, string> {
  const id = env['CLOUDFLARE_ACCESS_CLIENT_ID'];
  const secret = env['CLOUDFLARE_ACCESS_CLIENT_SECRET'];
  return id && secret ? { 'cf-access-client-id': id, 'cf-access-client-secret': secret } : {};
}

function splitTags(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}
