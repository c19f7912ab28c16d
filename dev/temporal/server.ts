import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { searchAttributeNames } from '../../core/run/search-attributes.js';
import { freePort } from '../programs/free-port.js';
import { runProgram } from '../programs/running-program.js';
import type { RunningProgram } from '../programs/running-program.js';
import { resolveTemporal } from './resolve.js';

export interface TemporalServerOptions {
  /** Folder of the database file and the log. A server that is started on it again still has its runs. */
  readonly stateDir: string;
  /** @default a free port */
  readonly port?: number;
  /** @default a free port */
  readonly uiPort?: number;
  /** Called with a line for each attempt to find or install the server. */
  readonly log: (line: string) => void;
  /** Aborts a start, and a build of the server. */
  readonly signal?: AbortSignal;
}

export interface TemporalServer extends RunningProgram {
  readonly address: string;
  readonly uiUrl: string;
}

/** The limit for the first answer of a server with a large database. */
const readyTimeoutMs = 60_000;

/**
 * Starts a Temporal dev server on 127.0.0.1 with a database file and the web UI, and waits for its first
 * answer.
 *
 * @throws {Error} where there is no server to start, or it ends or does not answer; the signal's reason where
 *   it is aborted.
 */
export async function startTemporal(options: TemporalServerOptions): Promise<TemporalServer> {
  const { stateDir, signal } = options;
  const program = await resolveTemporal(options.log, signal);
  await mkdir(stateDir, { recursive: true });
  const port = options.port ?? (await freePort());
  const uiPort = options.uiPort ?? (await freePort());
  const address = `127.0.0.1:${port}`;
  const running = await runProgram({
    name: 'Temporal server',
    program,
    args: serverArgs(stateDir, port, uiPort),
    env: { TEMPORAL_ADDRESS: '' },
    logPath: join(stateDir, 'temporal.log'),
    untilReady: () => untilReady(address),
    signal,
  });
  return { ...running, address, uiUrl: `http://127.0.0.1:${uiPort}` };
}

/**
 * Runs take turns by their fairness key. A task queue in several partitions, by default four, would be fair
 * in each of them alone: the work of a small run is spread unevenly over them.
 */
const dynamicConfig = {
  'matching.useNewMatcher': true,
  'matching.enableFairness': true,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
};

function serverArgs(stateDir: string, port: number, uiPort: number): string[] {
  const attributes = Object.values(searchAttributeNames).flatMap((name) => [
    '--search-attribute',
    `${name}=Keyword`,
  ]);
  const ports = ['--ip', '127.0.0.1', '--port', String(port)];
  const uiPorts = ['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort)];
  const database = ['--db-filename', join(stateDir, 'temporal.db')];
  const config = Object.entries(dynamicConfig).flatMap(([key, value]) => [
    '--dynamic-config-value',
    `${key}=${value}`,
  ]);
  const all = [...ports, ...uiPorts, ...database, ...config, ...attributes];
  return ['server', 'start-dev', '--log-level', 'warn', ...all];
}

async function untilReady(address: string): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs;
  for (;;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: '2 seconds' });
      try {
        await connection.workflowService.describeNamespace({ namespace: 'default' });
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      if (Date.now() > deadline)
        throw new Error(`The Temporal server at ${address} does not answer`, { cause: error });
      await sleep(100);
    }
  }
}
