import { workplacePlace } from '../activities/artifacts/workplace-place.js';
import { defined } from '../core/defined.js';
import { fromEnv } from '../core/env.js';
import type { Env } from '../core/env.js';
import { namesTemporal } from '../worker/connection.js';
import { servingDev } from './serving-dev.js';

/**
 * The environment, with the servers of a running `headrace dev` on the store where it names none. Waits for
 * one that still starts.
 *
 * @throws {HeadraceError} ServerEndedError where it ends before it serves.
 */
export async function commandEnvironment(
  env: Env = process.env,
  workplace: string = workplacePlace(env),
): Promise<Env> {
  const named = ['HF_ENDPOINT', 'TINKER_BASE_URL'].every((name) => fromEnv(env, name) !== undefined);
  if (named && namesTemporal(env)) return env;
  const dev = await servingDev(workplace);
  if (dev === undefined) return env;
  const temporal = namesTemporal(env)
    ? {}
    : {
        TEMPORAL_ADDRESS: dev.temporalAddress,
        HEADRACE_TEMPORAL_UI: fromEnv(env, 'HEADRACE_TEMPORAL_UI') ?? dev.temporalUi,
      };
  const servers = {
    HF_ENDPOINT: fromEnv(env, 'HF_ENDPOINT') ?? dev.hub,
    TINKER_BASE_URL: fromEnv(env, 'TINKER_BASE_URL') ?? dev.tinker,
  };
  return { ...env, ...defined({ ...temporal, ...servers }) };
}
