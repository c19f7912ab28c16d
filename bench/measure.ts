import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenCpuSeconds, cpuSecondsOf, residentBytes, treeOf } from './processes.js';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** @default the environment of this process */
  readonly env?: NodeJS.ProcessEnv;
}

/** What a program took. Linux only: read from /proc. */
export interface Cost {
  readonly wallSeconds: number;
  /** User and system time of the program and all its children. */
  readonly cpuSeconds: number;
  /** The most resident memory of its processes at one moment. Memory that processes share counts in each. */
  readonly peakBytes: number;
  /** The program's standard output. */
  readonly output: string;
}

const sampleEveryMs = 50;
const keptErrorChars = 4000;

/**
 * Runs a program to its end, or kills it and its children with SIGKILL once `killWhen` returns true.
 *
 * @throws {Error} where it fails, with the end of its stderr.
 */
export async function measure(
  { file, args, env = process.env }: Command,
  killWhen?: () => Promise<boolean>,
): Promise<Cost> {
  const cpuBefore = childrenCpuSeconds();
  const started = performance.now();
  const child = spawn(file, args, {
    env,
    detached: killWhen !== undefined,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = once(child, 'close') as Promise<[number | null]>;
  let output = '';
  let errors = '';
  let isKilled = false;
  child.stdout.on('data', (chunk: Buffer) => (output += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + String(chunk)).slice(-keptErrorChars)));
  const { pid } = child;
  const peakBytes =
    pid === undefined
      ? 0
      : await peakUntil(end, pid, async () => {
          if (isKilled || killWhen === undefined || !(await killWhen())) return;
          isKilled = true;
          process.kill(-pid, 'SIGKILL');
        });
  const [exitCode] = await end;
  const wallSeconds = (performance.now() - started) / 1000;
  if (exitCode !== 0 && !isKilled) throw new Error(`${args[0] ?? file} ended with ${exitCode}: ${errors}`);
  return { wallSeconds, cpuSeconds: childrenCpuSeconds() - cpuBefore, peakBytes, output: output.trim() };
}

/**
 * Measures a running program and its children while `work` is under way.
 *
 * @param work - returns the `output` of the cost.
 */
export async function measureRunning(pid: number, work: () => Promise<string>): Promise<Cost> {
  const cpuBefore = cpuSecondsOf(pid);
  const started = performance.now();
  const working = work();
  const peakBytes = await peakUntil(working, pid);
  const output = await working;
  const wallSeconds = (performance.now() - started) / 1000;
  return { wallSeconds, cpuSeconds: cpuSecondsOf(pid) - cpuBefore, peakBytes, output };
}

/** The most resident memory of a process and its children at one moment until `end` settles. */
async function peakUntil(
  end: Promise<unknown>,
  pid: number,
  onSample: () => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  const over = new AbortController();
  const ended = end.then(
    () => over.abort(),
    () => over.abort(),
  );
  let peakBytes = 0;
  while (!over.signal.aborted) {
    const resident = treeOf(pid).reduce((sum, each) => sum + residentBytes(each), 0);
    peakBytes = Math.max(peakBytes, resident);
    await onSample();
    await Promise.race([ended, sleep(sampleEveryMs)]);
  }
  return peakBytes;
}
