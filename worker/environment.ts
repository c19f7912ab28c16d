import { fromEnv } from '../core/env.js';
import type { Env } from '../core/env.js';
import { readDevServers } from './dev-servers.js';

/** The worker's environment: what is set, then the servers of a running `headrace dev` on this store. */
export async function workerEnvironment(env: Env, storeRoot: string): Promise<Env> {
  const dev = await readDevServers(storeRoot);
  if (dev === undefined) return env;
  const filled: Record<string, string | undefined> = { ...env };
  const fill = (name: string, value: string | undefined): void => {
    if (fromEnv(env, name) === undefined && value !== undefined) filled[name] = value;
  };
  fill('TEMPORAL_ADDRESS', dev.temporalAddress);
  fill('HF_ENDPOINT', dev.hub);
  fill('TINKER_BASE_URL', dev.tinker);
  return filled;
}
