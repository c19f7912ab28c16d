import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { z } from 'zod';
import { hasCode } from '../../files/errno.js';
import { shutdownLimitMs } from '../../worker/shutdown.js';
import { lastLines, logSize, openLog } from './part-log.js';
import { memoryKills, whyEnded } from './why-ended.js';

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
  /** Resolves when the part has ended, with what is known of why. */
  readonly ended: Promise<string>;
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
  /** A program that runs the part, with its arguments: it replaces itself by the rest. @default Node itself */
  readonly under?: readonly string[];
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

/** A part has ended before it served. */
export class PartNotStartedError extends Error {
  override readonly name = 'PartNotStartedError';
  /** What is known of why. */
  readonly why: string;

  constructor({ name, logPath }: PartOptions, why: string, lines: readonly string[]) {
    super(`${name} ended before it was ready (${why}); the last lines of ${logPath}:\n${lines.join('\n')}`);
    this.why = why;
  }
}

/** Lines of a log that are shown with an error. */
export const shownLines = 20;

/**
 * Starts a part and waits until it serves.
 *
 * @throws {PartNotStartedError} where it ends first; the signal's reason where it is aborted.
 */
export async function startPart(options: PartOptions): Promise<Part> {
  const { name, logPath, signal } = options;
  const logged = await logSize(logPath);
  const killsBefore = await memoryKills();
  const child = await forkPart(options);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ended = exited.then(async () => {
    killGroup(child);
    const kills = await memoryKills();
    return whyEnded({
      code: child.exitCode,
      signal: child.signalCode,
      lastLines: await lastLines(logPath, Infinity, logged),
      memoryKills: kills === undefined || killsBefore === undefined ? undefined : kills - killsBefore,
    });
  });
  const close = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    const killer = setTimeout(() => child.kill('SIGKILL'), closeTimeoutMs);
    await ended;
    clearTimeout(killer);
  };
  const onAbort = (): void => void close();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const ready = await untilReady(child, ended, options);
    const kill = async (): Promise<void> => {
      child.kill('SIGKILL');
      await ended;
    };
    return { name, process: child, ready, logPath, ended, close, kill };
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

async function forkPart({ program, args, env, logPath, under = [] }: PartOptions): Promise<ChildProcess> {
  const logFile = await openLog(logPath);
  try {
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([key]) => !withheld.test(key)));
    const [execPath = process.execPath, ...execArgv] = [...under, process.execPath];
    return fork(program, [...args], {
      execPath,
      execArgv,
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

/**
 * Kills what a part has left behind in its process group: a part that is killed cannot end the server that it
 * has started, which would keep its port and its database.
 */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It has left nothing behind: ESRCH, and EPERM on macOS.
    if (!hasCode(error, 'ESRCH') && !hasCode(error, 'EPERM')) throw error;
  }
}

async function untilReady(
  child: ChildProcess,
  ended: Promise<string>,
  options: PartOptions,
): Promise<Part['ready']> {
  const { logPath, log, signal } = options;
  return await new Promise((resolve, reject) => {
    child.on('message', (raw) => {
      const message = PartMessage.safeParse(raw).data;
      if (message === undefined) return;
      if ('log' in message) log?.(message.log);
      else resolve(message.ready);
    });
    child.on('error', reject);
    ended
      .then(async (why) => {
        if (signal?.aborted === true) return reject(signal.reason);
        reject(new PartNotStartedError(options, why, await lastLines(logPath, shownLines)));
      })
      .catch(reject);
  });
}
