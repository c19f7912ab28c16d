import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { HeadraceError } from '../../../core/errors.js';
import { isMissing } from '../../../files/errno.js';
import { proxyRoute, type ProxyRoute } from './proxy.js';

/** Endpoint and token of the Hub. */
export interface HubConfig {
  /** Base URL without a slash at the end. */
  readonly endpoint: string;
  /** Sent to the endpoint's own origin only. */
  readonly token: string | undefined;
  /** Origin of the token, for errors: `HF_TOKEN` or the path of a file. */
  readonly tokenFrom: string;
  /** `HF_HUB_OFFLINE=1`: no request is sent. */
  readonly offline: boolean;
  /** By `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. */
  readonly proxyFor: ProxyRoute;
}

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads `HF_ENDPOINT`, `HF_TOKEN` (else the file at `HF_TOKEN_PATH`, by default `$HF_HOME/token`), `HF_HOME`
 * (by default `~/.cache/huggingface`), `HF_HUB_OFFLINE` and the proxy variables, as Python's
 * `huggingface_hub` does.
 *
 * @throws {HeadraceError} HubTokenInvalidError for a token that no HTTP header can hold, RecipeError for an
 *   endpoint that is not a URL or holds a password.
 */
export async function readHubConfig(env: Environment): Promise<HubConfig> {
  const endpoint = endpointOf(env);
  const offline = /^(1|true|yes|on)$/i.test(named(env, 'HF_HUB_OFFLINE') ?? '');
  const { token, tokenFrom } = await readToken(env);
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new HeadraceError(
      'HubTokenInvalidError',
      `The Hugging Face token from ${tokenFrom} has characters that no token has, for example a space or a line break`,
    );
  return { endpoint, token, tokenFrom, offline, proxyFor: await proxyRoute(env) };
}

function endpointOf(env: Environment): string {
  const endpoint = (named(env, 'HF_ENDPOINT') ?? 'https://huggingface.co').replace(/\/+$/, '');
  if (!/^https?:$/.test(URL.canParse(endpoint) ? new URL(endpoint).protocol : ''))
    throw new HeadraceError('RecipeError', `HF_ENDPOINT is not an http(s) URL: "${endpoint}"`, {
      remedy: 'Correct HF_ENDPOINT on the worker, for instance https://huggingface.co',
    });
  // `fetch` refuses a URL with a user, and its message shows the password.
  const { username, password } = new URL(endpoint);
  if (username !== '' || password !== '')
    throw new HeadraceError('RecipeError', 'HF_ENDPOINT holds a user name or password', {
      remedy: 'Remove them from HF_ENDPOINT on the worker; requests carry HF_TOKEN.',
    });
  return endpoint;
}

async function readToken(
  env: Environment,
): Promise<{ readonly token: string | undefined; readonly tokenFrom: string }> {
  const fromEnv = named(env, 'HF_TOKEN') ?? named(env, 'HUGGING_FACE_HUB_TOKEN');
  if (fromEnv !== undefined) return { token: fromEnv, tokenFrom: 'HF_TOKEN' };
  const cache = named(env, 'XDG_CACHE_HOME') ?? join(named(env, 'HOME') ?? homedir(), '.cache');
  const home = named(env, 'HF_HOME') ?? join(cache, 'huggingface');
  const path = named(env, 'HF_TOKEN_PATH') ?? join(home, 'token');
  try {
    const text = (await readFile(path, 'utf8')).trim();
    return { token: text === '' ? undefined : text, tokenFrom: path };
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { token: undefined, tokenFrom: path };
  }
}

function named(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}
