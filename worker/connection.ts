import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { defaultStoreRoot } from '../activities/artifacts/store.js';
import type { Env } from '../core/env.js';
import { readDevServers } from './dev-servers.js';

export interface TemporalTarget {
  readonly address: string;
  readonly namespace: string;
  readonly connectionOptions: ClientConnectConfig['connectionOptions'];
  /** Base URL of the web UI, where it is known. */
  readonly uiUrl: string | undefined;
}

const defaultAddress = '127.0.0.1:7233';

/**
 * Which Temporal to talk to: environment and `temporal.toml` profile first (`@temporalio/envconfig`), then the server of
 * a running `headrace dev`, then 127.0.0.1:7233.
 */
export async function temporalTarget(env: Env = process.env): Promise<TemporalTarget> {
  const config = loadClientConnectConfig({ overrideEnvVars: definedOnly(env) });
  const named = config.connectionOptions.address;
  const dev = named === undefined ? await readDevServers(defaultStoreRoot(env)) : undefined;
  const address = named ?? dev?.temporalAddress ?? defaultAddress;
  return {
    address,
    namespace: config.namespace ?? 'default',
    connectionOptions: { ...config.connectionOptions, address },
    uiUrl:
      env['HEADRACE_TEMPORAL_UI'] ??
      dev?.temporalUi ??
      (named === undefined ? 'http://127.0.0.1:8233' : undefined),
  };
}

function definedOnly(env: Env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  );
}

/** Task queue of a store's workers, so that a shared cluster never hands one machine's files to another's worker. */
export function taskQueueOf(storeId: string): string {
  return `headrace-${storeId}`;
}
