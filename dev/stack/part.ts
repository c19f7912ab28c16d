import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { shutdownLimitMs } from '../../worker/shutdown.js';

/**
 * What a part sends over its IPC channel: the addresses at which it serves, and before that lines for a
 * person.
 */
const PartMessage = z.union([
  z.object({ ready: z.record(z.string(), z.string()).readonly() }),
  z.object({ say: z.string() }),
]);
export type PartMessage = z.infer<typeof PartMessage>;

/**
 * A server or worker in a child process. It ends in order when its IPC channel closes, so that it never
 * outlives its parent.
 */
export interface Part {
  readonly name: string;
  readonly process: ChildProcess;
  /** The addresses at which it serves. */
  readonly ready: Readonly<Record<string, string>>;
  readonly logPath: string;
  /** Ends the part in order. */
  close(): Promise<void>;
  /** Ends the part as a crash would, with SIGKILL. */
  kill(): Promise<void>;
}

export interface PartOptions {
  readonly name: string;
  /** Path of the compiled program `headrace`. */
  readonly program: string;
  /** Arguments of `headrace`. */
  readonly args: readonly string[];
  /** Variables for the part, beside PATH, HOME and the like. */
  readonly env: Readonly<Record<string, string>>;
  readonly logPath: string;
  /** Called with the lines that the part sends while it starts ("building Temporal …"). */
  readonly say?: (line: string) => void;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
}

/**
 * Variables of this process that a part must not see: its servers and secrets are those of
 * {@link PartOptions.env}.
 */
const withheld = /^(HF_|HUGGING|TINKER_|TEMPORAL_|HEADRACE_)/;
/**
 * A part that has not ended after this time is killed. A worker may have a training step to finish and save.
 */
const closeTimeoutMs = shutdownLimitMs + 30_000;

/**
 * Starts a part and waits until it serves.
 *
 * @throws {Error} with the end of the part's log where it ends before; the signal's reason where it is
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
  const log = await open(logPath, 'a');
  try {
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([key]) => !withheld.test(key)));
    return fork(program, [...args], {
      env: { ...inherited, ...env },
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
      // A group of its own: Ctrl-C in the terminal reaches the parent alone, which then ends the part.
      detached: true,
    });
  } finally {
    await log.close();
  }
}

async function untilReady(
  child: ChildProcess,
  exited: Promise<void>,
  { name, logPath, say, signal }: PartOptions,
): Promise<Part['ready']> {
  return await new Promise((resolve, reject) => {
    child.on('message', (raw) => {
      const message = PartMessage.safeParse(raw).data;
      if (message === undefined) return;
      if ('say' in message) say?.(message.say);
      else resolve(message.ready);
    });
    child.once('error', reject);
    void exited.then(async () => {
      if (signal?.aborted === true) return reject(signal.reason);
      const end = (await readFile(logPath, 'utf8')).trim().split('\n').slice(-20).join('\n');
      reject(new Error(`${name} ended before it was ready; the end of ${logPath}:\n${end}`));
    });
  });
}
