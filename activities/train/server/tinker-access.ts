import { z } from 'zod';
import { defined } from '../../../core/defined.js';
import type { Env } from '../../../core/env.js';
import { Secrets } from '../../../core/secrets.js';
import {
  connectTinker,
  hostedBaseUrl,
  resolveBaseUrl,
  type ConnectOptions,
  type RetryLimits,
  type ServerModel,
  type Tinker,
} from '../../../tinker/index.js';
import { isTinkerError, withTinkerErrors } from './tinker-errors.js';

export interface TinkerAccessOptions {
  /**
   * TINKER_BASE_URL, TINKER_API_KEY and what else the client reads. Its secrets are removed from warnings.
   */
  readonly env: Env;
  /** When an unreachable server is given up. @default the client's */
  readonly limits?: Partial<RetryLimits>;
  /** Called with messages of the server or the client for the user. */
  readonly onWarning?: (message: string) => void;
}

export interface ServerDescription {
  readonly baseUrl: string;
  /** Equal for two runs on the same server: its address, or a development server's id. */
  readonly identity: string;
  /** For messages and reports. */
  readonly description: string;
  readonly development: boolean;
  /** Folder of a development server's model on this machine. */
  readonly modelDir?: string;
  readonly models: readonly ServerModel[];
}

/** The server that the environment names. */
export interface TinkerAccess {
  readonly baseUrl: string;
  /**
   * @param onWarning - also called with the warnings of this connection and its sessions.
   * @throws {HeadraceError} TinkerKeyMissingError, TinkerAuthError, TinkerUnavailableError.
   */
  connect(signal: AbortSignal, onWarning?: (message: string) => void): Promise<Tinker>;
  /** @throws {HeadraceError} as `connect`. */
  describeServer(signal: AbortSignal): Promise<ServerDescription>;
}

/** Limits of a description: an unreachable server is reported soon, and Temporal retries the activity. */
const describeLimits: Partial<RetryLimits> = { controlRetries: 3 };

export function createTinkerAccess({ env, limits, onWarning }: TinkerAccessOptions): TinkerAccess {
  const baseUrl = resolveBaseUrl(undefined, env);
  const { scrub } = new Secrets(env);
  const connect = (
    signal: AbortSignal,
    ownLimits: Partial<RetryLimits>,
    onOwnWarning?: (message: string) => void,
  ): Promise<Tinker> =>
    withTinkerErrors(baseUrl, signal, () =>
      connectWithKey(baseUrl, {
        env,
        limits: { ...ownLimits, ...limits },
        signal,
        onWarning: (message) => {
          const clean = scrub(message);
          onWarning?.(clean);
          onOwnWarning?.(clean);
        },
      }),
    );
  return {
    baseUrl,
    connect: (signal, onOwnWarning) => connect(signal, {}, onOwnWarning),
    describeServer: (signal) =>
      withTinkerErrors(baseUrl, signal, async () => describe(await connect(signal, describeLimits), signal)),
  };
}

/** A self-hosted server needs no key, and ignores the one that the client must send. */
async function connectWithKey(baseUrl: string, options: ConnectOptions): Promise<Tinker> {
  try {
    return await connectTinker(options);
  } catch (error) {
    if (!isTinkerError(error, 'key-missing') || baseUrl === hostedBaseUrl) throw error;
    return await connectTinker({ ...options, apiKey: 'tml-self-hosted' });
  }
}

const DevelopmentServer = z.object({ id: z.string(), model_dir: z.string().optional() });

async function describe(tinker: Tinker, signal: AbortSignal): Promise<ServerDescription> {
  const { baseUrl } = tinker;
  const { models, extra } = await tinker.capabilities(signal);
  const own = DevelopmentServer.safeParse(extra['headrace_dev_server']);
  if (!own.success) return { baseUrl, identity: baseUrl, description: baseUrl, development: false, models };
  const { id, model_dir: modelDir } = own.data;
  return {
    baseUrl,
    identity: `headrace-dev-server:${id}`,
    description: `${baseUrl} (development server ${id})`,
    development: true,
    models,
    ...defined({ modelDir }),
  };
}

/** The folder of the model, where the server is a development server that has `baseModel`. */
export async function developmentModelDir(
  access: TinkerAccess,
  baseModel: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { modelDir, models } = await access.describeServer(signal);
  return models.some((model) => model.name === baseModel) ? modelDir : undefined;
}
