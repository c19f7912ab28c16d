import { z } from 'zod';
import { HeadraceError } from '../../../core/errors.js';
import { readHubConfig, type Environment } from './hub-config.js';
import { HubClient } from './hub-client.js';
import { HubRefusal } from './hub-refusal.js';
import { defaultTuning } from './tuning.js';

const WhoAmI = z.object({ name: z.string() });

/** Result of {@link checkToken}. */
export type TokenCheck =
  | { readonly token: 'known'; readonly account: string }
  | { readonly token: 'refused' }
  /** The answer is neither. Mirrors often lack this request. */
  | { readonly token: 'unsure' };

/** Whether the Hub accepts the client's token. */
export async function checkToken(client: HubClient, signal: AbortSignal): Promise<TokenCheck> {
  try {
    const answer = await client.fetchWhole(`${client.config.endpoint}/api/whoami-v2`, signal);
    const parsed = WhoAmI.safeParse(await answer.json());
    return parsed.success ? { token: 'known', account: parsed.data.name } : { token: 'unsure' };
  } catch (error) {
    if (!(error instanceof HubRefusal)) throw error;
    return { token: error.status === 401 ? 'refused' : 'unsure' };
  }
}

/** The account of the Hub token. */
export interface HubAccount {
  readonly endpoint: string;
  readonly offline: boolean;
  /** Origin of the token; `undefined` without one. */
  readonly tokenFrom: string | undefined;
  /** Name of the token's account; `undefined` where the Hub's answer lacks it. */
  readonly account: string | undefined;
}

/**
 * The account of the environment's Hub token, for a check before a run.
 *
 * @throws {HeadraceError} HubTokenInvalidError, HubUnavailableError; RecipeError for an HF_ENDPOINT that is
 * not a URL.
 */
export async function whoAmI(env: Environment, signal: AbortSignal): Promise<HubAccount> {
  const config = await readHubConfig(env);
  const { endpoint, offline, token, tokenFrom } = config;
  if (token === undefined) return { endpoint, offline, tokenFrom: undefined, account: undefined };
  if (offline) return { endpoint, offline, tokenFrom, account: undefined };
  const check = await checkToken(new HubClient(config, defaultTuning), signal);
  if (check.token === 'refused')
    throw new HeadraceError(
      'HubTokenInvalidError',
      `The Hub at ${endpoint} does not accept the token from ${tokenFrom}`,
    );
  return { endpoint, offline, tokenFrom, account: check.token === 'known' ? check.account : undefined };
}
