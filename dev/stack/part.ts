import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { shutdownLimitMs } from '../../worker/shutdown.js';

/** A message of a part over its IPC channel: lines about its start, then the addresses at which it serves. */
const PartMessage = z.union([
  z.object({ ready: z.record(z.string(), z.string()).readonly() }),
  z.object({ log: z.string() }),
]);
export type PartMessage = z.infer<typeof PartMessage>;

/**
 * A server or worker in a child process. It shuts down when its IPC channel closes, so it never outlives its
 * parent.
 */
export interface Part {
  readonly name: string;
  readonly process: ChildProcess;
  /** The addresses at which it serves. */
  readonly ready: Readonly<Record<string, string>>;
  readonly logPath: string;
  /** Shuts the part down and waits for its end. */
  close(): Promise<void>;
  /** Kills the part with SIGKILL, as a crash does. */
  kill(): Promise<void>;
}

export interface PartOptions {
  readonly name: string;
  /** Path of the compiled program `headrace`. */
  readonly program: string;
  /** Arguments of `headrace`. */
  readonly args: readonly string[];
  /** Variables for the part, added to those that it inherits. */
  readonly env: Readonly<Record<string, string>>;
  readonly logPath: string;
  /** Called with each line that the part sends about its start. */
  readonly log?: (line: string) => void;
  /** Aborts the start. */
  readonly signal?: AbortSignal;
}

/**
 * Variables that a part does not inherit: its servers and secrets come from {@link PartOptions.env} alone.
 */
const withheld = /^(HF_|HUGGING|TINKER_|TEMPORAL_|HEADRACE_)/;
/**
 * A part that is still running after this time is killed. A worker first finishes and saves its training
 * step.
 */
const closeTimeoutMs = shutdownLimitMs + 30_000;

/**
 * Starts a part and waits until it serves.
 *
 * @throws {Error} with the last lines of the part's log where it ends first; the signal's reason where it is
 *   aborted.
 */
export async function startPart(options: PartOptions): Promise<Part> {
  const { name, logPath, signal } = options;
  const child = await forkPart(options);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const close = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    const killer = setTimeout(() => child.kill('SIGKILL'), closeTimeoutMs);
    await exited;
    clearTimeout(killer);
  };
  const onAbort = (): void => void close();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const ready = await untilReady(child, exited, options);
    const kill = async (): Promise<void> => {
      child.kill('SIGKILL');
      await exited;
    };
    return { name, process: child, ready, logPath, close, kill };
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

async function forkPart({ program, args, env, logPath }: PartOptions): Promise<ChildProcess> {
  await mkdir(dirname(logPath), { recursive: true });
  const logFile = await open(logPath, 'a');
  try {
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([key]) => !withheld.test(key)));
    return fork(program, [...args], {
      env: { ...inherited, ...env },
      stdio: ['ignore', logFile.fd, logFile.fd, 'ipc'],
      // In its own process group, so that Ctrl-C in the terminal reaches the parent alone, which shuts the
      // part down.
      detached: true,
    });
  } finally {
    await logFile.close();
  }
}

async function untilReady(
  child: ChildProcess,
  exited: Promise<void>,
  { name, logPath, log, signal }: PartOptions,
): Promise<Part['ready']> {
  return await new Promise((resolve, reject) => {
    child.on('message', (raw) => {
      const message = PartMessage.safeParse(raw).data;
      if (message === undefined) return;
      if ('log' in message) log?.(message.log);
      else resolve(message.ready);
    });
    child.once('error', reject);
    void exited.then(async () => {
      if (signal?.aborted === true) return reject(signal.reason);
      const lastLines = (await readFile(logPath, 'utf8')).trim().split('\n').slice(-20).join('\n');
      reject(new Error(`${name} ended before it was ready; the last lines of ${logPath}:\n${lastLines}`));
    });
  });
}
