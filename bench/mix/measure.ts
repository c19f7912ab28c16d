import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

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
/** It costs what it measures some time. */
const lookForProcessesEveryMs = 1000;
/** `getconf CLK_TCK` of every Linux there is. */
const ticksPerSecond = 100;

/**
 * Runs a program to its end.
 *
 * @throws {Error} where it fails, with the end of its stderr.
 */
export async function measure(command: Command): Promise<Cost> {
  const cpuBefore = childrenCpu();
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
  const tree = pid === undefined ? undefined : new ProcessTree(pid);
  let peakBytes = 0;
  while (exit.code === undefined) {
    if (tree !== undefined) peakBytes = Math.max(peakBytes, tree.residentBytes());
    await Promise.race([end, sleep(lookEveryMs)]);
  }
  const wallSeconds = (performance.now() - started) / 1000;
  if (exit.code !== 0)
    throw new Error(`${command.args[0] ?? command.file} ended with ${exit.code}: ${complaint}`);
  return { wallSeconds, cpuSeconds: childrenCpu() - cpuBefore, peakBytes, said: said.trim() };
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
  const tree = new ProcessTree(pid);
  let peakBytes = 0;
  while (!over.signal.aborted) {
    peakBytes = Math.max(peakBytes, tree.residentBytes());
    await Promise.race([working.catch(() => undefined), sleep(lookEveryMs)]);
  }
  const said = await working;
  const wallSeconds = (performance.now() - started) / 1000;
  return { wallSeconds, cpuSeconds: cpuSecondsOf(pid) - cpuBefore, peakBytes, said };
}

/** CPU seconds of a process that runs, its threads and its children that have ended. */
function cpuSecondsOf(pid: number): number {
  const fields = statOf(pid);
  const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
  return ticks / ticksPerSecond;
}

/** CPU seconds of all children of this process that have ended. */
function childrenCpu(): number {
  const fields = statOf('self');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

/** Fields of /proc/<pid>/stat after the name, the state first; none where the process has ended. */
function statOf(pid: number | 'self'): string[] {
  const text = textOf(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Which processes there are below one: looked up now and then, as it takes a look at all of them. */
class ProcessTree {
  readonly #root: number;
  #pids: readonly number[] = [];
  #lookedAtMs = -Infinity;

  constructor(root: number) {
    this.#root = root;
  }

  /** Of all of its processes. What is looked at is made in memory by the kernel, and nothing waits for a disk. */
  residentBytes(): number {
    const nowMs = performance.now();
    if (nowMs - this.#lookedAtMs > lookForProcessesEveryMs) {
      this.#lookedAtMs = nowMs;
      this.#pids = below(this.#root);
    }
    return this.#pids.reduce((sum, pid) => sum + residentBytesOf(pid), 0);
  }
}

/** A process and everything below it. */
function below(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc'))
    if (/^\d+$/.test(name)) parents.set(Number(name), Number(statOf(Number(name))[1]));
  return [...parents.keys()].filter((pid) => {
    let above: number | undefined = pid;
    while (above !== undefined && above !== root) above = parents.get(above);
    return above === root;
  });
}

function residentBytesOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** Nothing where the process has ended. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
