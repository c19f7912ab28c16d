import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { shutdownLimitMs } from '../../worker/shutdown.js';

/**
 * A part of the stack is this project's own command line in a child process: it says `{ready: {…}}` over the IPC channel
 * when it serves, and ends in order when the channel closes, so that nothing outlives whoever started it.
 */
export interface Part {
  readonly name: string;
  readonly process: ChildProcess;
  /** What the part said when it was ready: addresses. */
  readonly ready: Readonly<Record<string, string>>;
  readonly logPath: string;
  /** Ends the part in order. */
  close(): Promise<void>;
  /** SIGKILL: as a crash would. */
  kill(): Promise<void>;
}

export interface PartOptions {
  readonly name: string;
  /** Arguments of `headrace`. */
  readonly args: readonly string[];
  /** The part's whole environment besides PATH, HOME and the like. */
  readonly env: Readonly<Record<string, string>>;
  readonly logPath: string;
  /** Lines that the part says while it starts ("building Temporal …"). */
  readonly say?: (line: string) => void;
  /** Where it is aborted before the part is ready, the part is ended and its reason thrown. */
  readonly signal?: AbortSignal;
}

const Message = z.union([
  z.object({ ready: z.record(z.string(), z.string()) }),
  z.object({ say: z.string() }),
]);
const main = fileURLToPath(new URL('../../client/main.js', import.meta.url));
/** Variables of the caller that must not reach a part: it works with what it is given. */
const withheld = /^(HF_|HUGGING|TINKER_|TEMPORAL_|HEADRACE_)/;
/** A part that does not end by itself in this time is killed. A worker may have a step to save. */
const closeTimeoutMs = shutdownLimitMs + 30_000;

/** @throws {Error} with the end of the part's log where it ends before it is ready. */
export async function startPart(options: PartOptions): Promise<Part> {
  await mkdir(dirname(options.logPath), { recursive: true });
  const log = await open(options.logPath, 'a');
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !withheld.test(name)));
  const child = fork(main, [...options.args], {
    env: { ...inherited, ...options.env },
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
    // A terminal's Ctrl-C goes to the one who started the part, who then ends it.
    detached: true,
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const close = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    const late = setTimeout(() => isRunning() && child.kill('SIGKILL'), closeTimeoutMs);
    await exited;
    clearTimeout(late);
  };
  const onAbort = (): void => void close();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  await log.close();
  const ready = await new Promise<Record<string, string>>((resolve, reject) => {
    child.on('message', (raw) => {
      const message = Message.safeParse(raw);
      if (!message.success) return;
      if ('say' in message.data) options.say?.(message.data.say);
      else resolve(message.data.ready);
    });
    child.once('error', reject);
    void exited.then(async () => {
      if (options.signal?.aborted === true) return reject(options.signal.reason);
      const tail = (await readFile(options.logPath, 'utf8')).trim().split('\n').slice(-20).join('\n');
      reject(new Error(`${options.name} ended before it was ready; the end of ${options.logPath}:\n${tail}`));
    });
  });
  options.signal?.removeEventListener('abort', onAbort);
  return {
    name: options.name,
    process: child,
    ready,
    logPath: options.logPath,
    close,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The other side: tells whoever started this process, if anyone did, and ends when they are gone. */
export interface Supervisor {
  say(line: string): void;
  ready(addresses: Readonly<Record<string, string>>): void;
  /** Aborted when the process is to end: the starter is gone, SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}

export function supervisor(): Supervisor {
  const abort = new AbortController();
  const end = (): void => abort.abort();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  const started = process.send !== undefined;
  if (started) process.once('disconnect', end);
  // Whoever started it may be gone before it got here.
  if (started && !process.connected) end();
  const send = (message: unknown): void => {
    if (process.connected) process.send?.(message);
  };
  return {
    signal: abort.signal,
    say: (line) => (started ? send({ say: line }) : process.stderr.write(`${line}\n`)),
    ready: (addresses) => send({ ready: addresses }),
  };
}

/** Resolves when the signal is aborted. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
