import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before } from 'node:test';
import { programPath } from '../../client/command-line/program-path.js';
import { connectTemporal } from '../../client/temporal/connect.js';
import type { TemporalClient } from '../../client/temporal/connect.js';
import { startPart } from '../../dev/stack/part.js';
import type { Part } from '../../dev/stack/part.js';
import { samePorts } from '../../dev/stack/same-ports.js';
import { shippedHubRoot, shippedModelDir } from '../../dev/stack/shipped.js';
import { localHubToken, localTinkerKey } from '../../dev/stack/stack.js';
import { temporaryFolder } from './folder.js';

/**
 * Real servers in processes of their own, shared by the tests of a file, each of which has a store and a
 * worker.
 */
export interface Servers {
  readonly folder: string;
  readonly temporal: TemporalClient;
  address(): string;
  hubUrl(): string;
  tinkerUrl(): string;
  /** SIGKILL the server itself, then start it again on the same state. */
  crash(name: 'temporal' | 'hub' | 'tinker'): Promise<void>;
  /**
   * SIGSTOP: the server stands still with all its connections open, until the returned call continues it.
   */
  freeze(name: 'temporal' | 'hub' | 'tinker'): () => void;
}

export interface ServersOptions {
  readonly hubRoot?: (folder: string) => Promise<string>;
  /** Writes the Tinker server's model, and returns its folder. @default the model that Headrace ships */
  readonly modelDir?: (folder: string) => Promise<string>;
}

interface UsedServersOptions extends ServersOptions {
  /** Runs once the servers have started: `before` hooks of a file do not wait for each other. */
  readonly setUp?: () => Promise<void>;
  /** Runs before the servers end. */
  readonly tearDown?: () => Promise<void>;
}

export interface OpenServers extends Servers {
  close(): Promise<void>;
}

/** Starts Temporal, a Hub and a Tinker server on free ports, with their state in `folder`. */
export async function openServers(folder: string, options: ServersOptions = {}): Promise<OpenServers> {
  const parts = new Map<string, Part>();
  const start = async (name: string, args: readonly string[]): Promise<void> => {
    parts.set(
      name,
      await startPart({
        name,
        program: programPath,
        args: ['dev', name, ...args],
        env: {},
        logPath: join(folder, `${name}.log`),
      }),
    );
  };
  const announced = (name: string, key: string): string => parts.get(name)?.ready[key] ?? '';
  const hubRoot = (await options.hubRoot?.(folder)) ?? shippedHubRoot;
  const modelDir = (await options.modelDir?.(folder)) ?? shippedModelDir;
  const args = {
    temporal: ['--state', join(folder, 'temporal')],
    hub: ['--root', hubRoot, '--state', join(folder, 'hub-state')],
    tinker: ['--model', modelDir, '--state', join(folder, 'tinker')],
  };
  const starts = [start('temporal', args.temporal), start('hub', args.hub), start('tinker', args.tinker)];
  try {
    await Promise.all(starts);
  } catch (error) {
    // A server that stayed would keep the test from its end.
    await Promise.allSettled(starts);
    for (const part of parts.values()) await part.close();
    throw error;
  }
  const temporal = await connectTemporal({ TEMPORAL_ADDRESS: announced('temporal', 'address') });
  return {
    folder,
    temporal,
    address: () => announced('temporal', 'address'),
    hubUrl: () => announced('hub', 'url'),
    tinkerUrl: () => announced('tinker', 'url'),
    crash: async (name) => {
      const { ready } = parts.get(name) ?? {};
      if (name === 'temporal') {
        process.kill(Number(ready?.['pid']), 'SIGKILL');
        await parts.get(name)?.close();
      } else await parts.get(name)?.kill();
      await start(name, [...args[name], ...samePorts(ready ?? {})]);
    },
    freeze: (name) => {
      const pid = name === 'temporal' ? Number(announced(name, 'pid')) : parts.get(name)?.process.pid;
      if (pid === undefined) throw new Error(`the ${name} server has not been started`);
      process.kill(pid, 'SIGSTOP');
      return () => process.kill(pid, 'SIGCONT');
    },
    close: async () => {
      await temporal.close();
      for (const part of parts.values()) await part.close();
    },
  };
}

/** {@link openServers} for the tests of a file; the getter is good inside tests. */
export function useServers(options: UsedServersOptions = {}): () => Servers {
  let servers: OpenServers | undefined;
  before(async () => {
    servers = await openServers(await temporaryFolder(), options);
    await options.setUp?.();
  });
  after(async () => {
    try {
      await options.tearDown?.();
    } finally {
      await servers?.close();
    }
  });
  return () => {
    if (servers === undefined) throw new Error('the servers have not been started');
    return servers;
  };
}

/** The environment of a worker or a command that uses these servers. */
export function environmentOf(servers: Servers, store: string): Record<string, string> {
  return {
    HEADRACE_STORE: store,
    TEMPORAL_ADDRESS: servers.address(),
    HF_ENDPOINT: servers.hubUrl(),
    HF_TOKEN: localHubToken,
    TINKER_BASE_URL: servers.tinkerUrl(),
    TINKER_API_KEY: localTinkerKey,
  };
}

/** Starts a worker. @param logPath - to be named where the store is in a bucket. */
export async function startWorker(
  servers: Servers,
  store: string,
  env: Record<string, string> = {},
  logPath = join(store, 'worker.log'),
): Promise<Part> {
  await mkdir(dirname(logPath), { recursive: true });
  return await startPart({
    name: 'worker',
    program: programPath,
    args: ['worker'],
    env: { ...environmentOf(servers, store), ...env },
    logPath,
  });
}
