import { spawn } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
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
/** `getconf CLK_TCK` of every Linux there is. */
const ticksPerSecond = 100;

/**
 * Runs a program to its end.
 *
 * @throws {Error} where it fails, with the end of its stderr.
 */
export async function measure(command: Command): Promise<Cost> {
  const cpuBefore = await childrenCpu();
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
    if (pid !== undefined) peakBytes = Math.max(peakBytes, await residentBytes(pid));
    await Promise.race([end, sleep(lookEveryMs)]);
  }
  const wallSeconds = (performance.now() - started) / 1000;
  if (exit.code !== 0)
    throw new Error(`${command.args[0] ?? command.file} ended with ${exit.code}: ${complaint}`);
  return { wallSeconds, cpuSeconds: (await childrenCpu()) - cpuBefore, peakBytes, said: said.trim() };
}

/**
 * Measures a program that is running already, and what is below it, while `work` is under way.
 *
 * @param work - returns what is to be said of it.
 */
export async function measureRunning(pid: number, work: () => Promise<string>): Promise<Cost> {
  const cpuBefore = await cpuSecondsOf(pid);
  const started = performance.now();
  const over = new AbortController();
  const working = work().finally(() => over.abort());
  let peakBytes = 0;
  while (!over.signal.aborted) {
    peakBytes = Math.max(peakBytes, await residentBytes(pid));
    await Promise.race([working.catch(() => undefined), sleep(lookEveryMs)]);
  }
  const said = await working;
  const wallSeconds = (performance.now() - started) / 1000;
  return { wallSeconds, cpuSeconds: (await cpuSecondsOf(pid)) - cpuBefore, peakBytes, said };
}

/** CPU seconds of a process that runs, its threads and its children that have ended. */
async function cpuSecondsOf(pid: number): Promise<number> {
  const fields = await statOf(pid);
  const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
  return ticks / ticksPerSecond;
}

/** CPU seconds of all children of this process that have ended. */
async function childrenCpu(): Promise<number> {
  const fields = await statOf('self');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

/** Fields of /proc/<pid>/stat after the name, the state first; none where the process has ended. */
async function statOf(pid: number | 'self'): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Of a process and everything below it. */
async function residentBytes(root: number): Promise<number> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc'))
    if (/^\d+$/.test(name)) parents.set(Number(name), Number((await statOf(Number(name)))[1]));
  let total = 0;
  for (const pid of parents.keys()) {
    let above: number | undefined = pid;
    while (above !== undefined && above !== root) above = parents.get(above);
    if (above === root) total += await residentBytesOf(pid);
  }
  return total;
}

async function residentBytesOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}
