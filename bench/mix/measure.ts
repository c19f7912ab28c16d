import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenCpuSeconds, cpuSecondsOf, residentBytes, treeOf } from '../processes.js';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** What a program took. Linux only: read from /proc. */
export interface Cost {
  readonly wallSeconds: number;
  /** User and system time of the program and all its children. */
  readonly cpuSeconds: number;
  /** The most resident memory that its processes had at one moment; what they share is counted in each. */
  readonly peakBytes: number;
  /** What it said on stdout. */
  readonly said: string;
}

const lookEveryMs = 50;

/**
 * Runs a program to its end.
 *
 * @throws {Error} where it fails, with the end of its stderr.
 */
export async function measure(command: Command): Promise<Cost> {
  const cpuBefore = childrenCpuSeconds();
  const started = performance.now();
  const child = spawn(command.file, command.args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  let said = '';
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => (said += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + String(chunk)).slice(-4000)));
  const exit: { code?: number | null } = {};
  const end = new Promise<void>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => {
      exit.code = code;
      done();
    });
  });
  let peakBytes = 0;
  while (exit.code === undefined) {
    if (pid !== undefined) peakBytes = Math.max(peakBytes, residentNow(pid));
    await Promise.race([end, sleep(lookEveryMs)]);
  }
  const wallSeconds = (performance.now() - started) / 1000;
  if (exit.code !== 0)
    throw new Error(`${command.args[0] ?? command.file} ended with ${exit.code}: ${complaint}`);
  return { wallSeconds, cpuSeconds: childrenCpuSeconds() - cpuBefore, peakBytes, said: said.trim() };
}

/**
 * Measures a program that is running already, and what is below it, while `work` is under way.
 *
 * @param work - returns what is to be said of it.
 */
export async function measureRunning(pid: number, work: () => Promise<string>): Promise<Cost> {
  const cpuBefore = cpuSecondsOf(pid);
  const started = performance.now();
  const over = new AbortController();
  const working = work().finally(() => over.abort());
  let peakBytes = 0;
  while (!over.signal.aborted) {
    peakBytes = Math.max(peakBytes, residentNow(pid));
    await Promise.race([working.catch(() => undefined), sleep(lookEveryMs)]);
  }
  const said = await working;
  const wallSeconds = (performance.now() - started) / 1000;
  return { wallSeconds, cpuSeconds: cpuSecondsOf(pid) - cpuBefore, peakBytes, said };
}

/** Of a process and everything below it. */
function residentNow(root: number): number {
  return treeOf(root).reduce((sum, pid) => sum + residentBytes(pid, 'VmRSS'), 0);
}
