import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';

export interface ProgramOptions {
  /** For messages: `Temporal server`. */
  readonly name: string;
  /** Path of the program. */
  readonly program: string;
  readonly args: readonly string[];
  /** Variables added to those of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** File to which its output is appended. */
  readonly logPath: string;
  /** Resolves as soon as it answers. */
  readonly untilReady: () => Promise<void>;
  /** Aborts the start. */
  readonly signal?: AbortSignal | undefined;
}

/** A server in a child process. */
export interface RunningProgram {
  readonly process: ChildProcess;
  readonly logPath: string;
  /** Resolves when the process has ended. */
  readonly exited: Promise<void>;
  close(): Promise<void>;
}

const closeTimeoutMs = 5_000;

/**
 * Starts a server and waits until it answers.
 *
 * @throws {Error} where it ends or does not answer; the signal's reason where it is aborted.
 */
export async function runProgram(options: ProgramOptions): Promise<RunningProgram> {
  const { name, program, args, env, logPath, signal } = options;
  const child = spawn(program, [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const exited = pipeToLog(child, logPath);
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), closeTimeoutMs);
    await exited;
    clearTimeout(killer);
  };
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  try {
    signal?.throwIfAborted();
    await Promise.race([
      options.untilReady(),
      aborted,
      exited.then(() => {
        throw new Error(`The ${name} ended before it answered; its log is ${logPath}`);
      }),
    ]);
  } catch (error) {
    await close();
    throw error;
  }
  return { process: child, logPath, exited, close };
}

/** Appends the output of a process to a file. Resolves when the process has ended and the file is written. */
async function pipeToLog(child: ChildProcess, path: string): Promise<void> {
  const log = createWriteStream(path, { flags: 'a' });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  await new Promise<void>((resolve) => {
    child.once('close', () => log.end(resolve));
    child.once('error', () => log.end(resolve));
  });
}
