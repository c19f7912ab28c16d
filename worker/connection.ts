import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { fromEnv } from '../core/env.js';
import type { Env } from '../core/env.js';

/** Which Temporal server to connect to, and how. */
export interface TemporalTarget {
  readonly address: string;
  readonly namespace: string;
  readonly connectionOptions: ClientConnectConfig['connectionOptions'];
  /** Base URL of the web UI, where it is known. */
  readonly uiUrl: string | undefined;
}

/** Default address of `temporal server start-dev`. */
const defaults = { address: '127.0.0.1:7233', uiUrl: 'http://127.0.0.1:8233' };

/** The server that the environment or a profile of `temporal.toml` names, else one on this machine. */
export function temporalTarget(env: Env): TemporalTarget {
  const { connectionOptions, namespace = 'default' } = configOf(env);
  const address = connectionOptions.address ?? defaults.address;
  const knownUi = connectionOptions.address === undefined ? defaults.uiUrl : undefined;
  return {
    address,
    namespace,
    connectionOptions: { ...connectionOptions, address },
    uiUrl: fromEnv(env, 'HEADRACE_TEMPORAL_UI') ?? knownUi,
  };
}

/** Whether the environment or a profile of `temporal.toml` names a server. */
export function namesTemporal(env: Env): boolean {
  return configOf(env).connectionOptions.address !== undefined;
}

function configOf(env: Env): ClientConnectConfig {
  const set = Object.entries(env).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, value] as const],
  );
  return loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(set) });
}

/**
 * The task queue of a store's workers. On a shared cluster a worker gets only work whose files are on its
 * machine.
 */
export function taskQueueOf(storeId: string): string {
  return `headrace-${storeId}`;
}
