import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { searchAttributeNames } from '../../core/run/search-attributes.js';
import { resolveTemporal } from './resolve.js';

export interface TemporalServerOptions {
  /** Folder of the database file and the log; a server started on it again has its runs still. */
  readonly stateDir: string;
  /** @default a free port */
  readonly port?: number;
  /** @default a free port */
  readonly uiPort?: number;
  readonly say: (line: string) => void;
  /** Ends a start that is under way, a build of the server included; its reason is thrown then. */
  readonly signal?: AbortSignal;
}

export interface TemporalServer {
  readonly address: string;
  readonly uiUrl: string;
  readonly process: ChildProcess;
  /** Resolves when the process has ended by itself or by `close`. */
  readonly exited: Promise<void>;
  close(): Promise<void>;
}

/** How long a server with a large database may take to answer. */
const readyTimeoutMs = 60_000;

/**
 * Starts a Temporal dev server on 127.0.0.1 with a database file and the web UI, and waits until it answers.
 */
export async function startTemporal(options: TemporalServerOptions): Promise<TemporalServer> {
  const { path } = await resolveTemporal(options.say, options.signal);
  await mkdir(options.stateDir, { recursive: true });
  const port = options.port ?? (await freePort());
  const uiPort = options.uiPort ?? (await freePort());
  const logPath = join(options.stateDir, 'temporal.log');
  const attributes = Object.values(searchAttributeNames).flatMap((name) => [
    '--search-attribute',
    `${name}=Keyword`,
  ]);
  const child = spawn(
    path,
    // prettier-ignore
    ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-ip', '127.0.0.1', '--ui-port', String(uiPort),
      '--db-filename', join(options.stateDir, 'temporal.db'), '--log-level', 'warn', ...attributes],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TEMPORAL_ADDRESS: '' } },
  );
  const log = createWriteStream(logPath, { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const exited = new Promise<void>((resolve) => {
    child.once('close', () => log.end(resolve));
    child.once('error', () => log.end(resolve));
  });
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await exited;
    clearTimeout(late);
  };
  const address = `127.0.0.1:${port}`;
  const aborted = new Promise<never>((_, reject) => {
    const { signal } = options;
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  try {
    options.signal?.throwIfAborted();
    await Promise.race([
      untilReady(address),
      aborted,
      exited.then(() => {
        throw new Error(`The Temporal server ended before it answered; its log is ${logPath}`);
      }),
    ]);
  } catch (error) {
    await close();
    throw error;
  }
  return { address, uiUrl: `http://127.0.0.1:${uiPort}`, process: child, exited, close };
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

/** A port on 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
