import { z } from 'zod';
import type { Env } from '../../../core/env.js';
import { HeadraceError } from '../../../core/errors.js';
import type { Train } from '../../../core/recipe.js';
import {
  connectTinker,
  hostedBaseUrl,
  resolveBaseUrl,
  TinkerError,
  type RetryLimits,
  type ServerModel,
  type Tinker,
} from '../../../tinker/index.js';
import { withTinkerErrors } from './tinker-errors.js';

export interface TinkerAccessOptions {
  /** TINKER_BASE_URL, TINKER_API_KEY and what else the client reads. */
  readonly env: Env;
  /** How long an unreachable server is waited for. @default the client's */
  readonly limits?: Partial<RetryLimits>;
  /** Told what the server or the client wants a person to know. */
  readonly onWarning?: (message: string) => void;
}

/** What a look at the server tells. */
export interface ServerLook {
  readonly baseUrl: string;
  /** What says whether two runs have the same server: its address, or a development server's own id. */
  readonly identity: string;
  /** For a person. */
  readonly description: string;
  readonly development: boolean;
  /** Folder of a development server's model on this machine. */
  readonly modelDir?: string;
  readonly models: readonly ServerModel[];
}

const DevelopmentServer = z.object({ id: z.string(), model_dir: z.string().optional() });

/** The server that the environment names. */
export interface TinkerAccess {
  readonly baseUrl: string;
  /**
   * @param onWarning - told what the access's own listener is told, of this connection and its sessions alone.
   * @throws {HeadraceError} TinkerKeyMissingError, TinkerAuthError, TinkerUnavailableError.
   */
  connect(signal: AbortSignal, onWarning?: (message: string) => void): Promise<Tinker>;
  /** @throws {HeadraceError} as `connect`. */
  look(signal: AbortSignal): Promise<ServerLook>;
}

export function createTinkerAccess(options: TinkerAccessOptions): TinkerAccess {
  const baseUrl = resolveBaseUrl(undefined, options.env);
  const connect = (
    signal: AbortSignal,
    onWarning?: (message: string) => void,
    limits: Partial<RetryLimits> = {},
  ): Promise<Tinker> =>
    withTinkerErrors(baseUrl, signal, async () => {
      const common = {
        env: options.env,
        limits: { ...limits, ...options.limits },
        signal,
        onWarning: (message: string): void => {
          options.onWarning?.(message);
          onWarning?.(message);
        },
      };
      try {
        return await connectTinker(common);
      } catch (error) {
        // A self-hosted server has no keys; the client wants one that looks like one.
        const isKeyless =
          error instanceof TinkerError && error.kind === 'key-missing' && baseUrl !== hostedBaseUrl;
        if (!isKeyless) throw error;
        return await connectTinker({ ...common, apiKey: 'tml-self-hosted' });
      }
    });
  return {
    baseUrl,
    connect: (signal, onWarning) => connect(signal, onWarning),
    // Somebody waits for this look: a server that is down is said soon, and Temporal asks again.
    look: (signal) =>
      withTinkerErrors(baseUrl, signal, async () =>
        describe(await connect(signal, undefined, { controlRetries: 3 }), signal),
      ),
  };
}

async function describe(tinker: Tinker, signal: AbortSignal): Promise<ServerLook> {
  const { baseUrl } = tinker;
  const { models, extra } = await tinker.capabilities(signal);
  const own = DevelopmentServer.safeParse(extra['headrace_dev_server']);
  if (!own.success) return { baseUrl, identity: baseUrl, description: baseUrl, development: false, models };
  const { id, model_dir } = own.data;
  return {
    baseUrl,
    identity: `headrace-dev-server:${id}`,
    description: `${baseUrl} (development server ${id})`,
    development: true,
    ...(model_dir === undefined ? {} : { modelDir: model_dir }),
    models,
  };
}

/** The folder of a development server's model, where the server in use is one and offers `baseModel`. */
export async function developmentModelDir(
  access: TinkerAccess,
  baseModel: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { modelDir, models } = await access.look(signal);
  return models.some((model) => model.name === baseModel) ? modelDir : undefined;
}

const shownModels = 20;

/** @throws {HeadraceError} BaseModelError, RecipeError: what the server would refuse later, after hours of data work. */
export function checkModel(server: ServerLook, train: Train): void {
  const { models, description } = server;
  const model = models.find((each) => each.name === train.base_model);
  // A server that lists nothing is believed to offer everything.
  if (models.length === 0) return;
  if (model === undefined || !model.trainable) {
    const offered = models.filter((each) => each.trainable).map((each) => each.name);
    const more = offered.length > shownModels ? `, and ${offered.length - shownModels} more` : '';
    throw new HeadraceError(
      'BaseModelError',
      `${description} does not train ${train.base_model}; it offers ${offered.slice(0, shownModels).join(', ')}${more}`,
    );
  }
  const { maxContextLength } = model;
  if (maxContextLength !== undefined && train.max_tokens > maxContextLength)
    throw new HeadraceError(
      'RecipeError',
      `train.max_tokens is ${train.max_tokens}, but ${train.base_model} on ${description} takes ${maxContextLength} tokens`,
      { remedy: `Set train.max_tokens to ${maxContextLength} or less.` },
    );
}
