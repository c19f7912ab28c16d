import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a program took. Linux only: read from /proc. */
export interface Cost {
  readonly wallSeconds: number;
  /** User and system time of the program and all its children. */
  readonly cpuSeconds: number;
  /** Sum of the peaks of its processes. */
  readonly peakBytes: number;
  readonly exitCode: number | null;
  /** Killed as asked. */
  readonly killed: boolean;
  /** The end of what it said on stderr. */
  readonly said: string;
}

const lookEveryMs = 50;
/** `getconf CLK_TCK` of every Linux there is. */
const ticksPerSecond = 100;

/** Runs a program to its end, or kills it and its children with SIGKILL as soon as `killWhen` says so. */
export async function measure(
  {
    file,
    args,
    env,
  }: { readonly file: string; readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv },
  killWhen: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<Cost> {
  const cpuBefore = await childrenCpu();
  const started = performance.now();
  const child = spawn(file, args, { env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} cannot be started`);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + String(chunk)).slice(-2000)));
  const end = once(child, 'close') as Promise<[number | null]>;
  let exitCode: number | null | undefined;
  const peaks = new Map<number, number>();
  let killed = false;
  while (exitCode === undefined) {
    for (const process of await treeOf(pid))
      peaks.set(process, Math.max(peaks.get(process) ?? 0, await peakOf(process)));
    if (!killed && (await killWhen())) {
      killed = true;
      process.kill(-pid, 'SIGKILL');
    }
    const ended = await Promise.race([end, sleep(lookEveryMs)]);
    if (ended !== undefined) [exitCode] = ended;
  }
  const wallSeconds = (performance.now() - started) / 1000;
  return {
    wallSeconds,
    cpuSeconds: (await childrenCpu()) - cpuBefore,
    peakBytes: [...peaks.values()].reduce((sum, bytes) => sum + bytes, 0),
    exitCode,
    killed,
    said,
  };
}

/** CPU seconds of all children of this process that have ended. */
async function childrenCpu(): Promise<number> {
  const fields = await statOf('self');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

/** Fields of /proc/<pid>/stat after the name, the state first. */
async function statOf(pid: number | 'self'): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** The process and all below it; what the kernel lists, since a look through all of /proc costs what is measured. */
async function treeOf(root: number): Promise<number[]> {
  const text = await readFile(`/proc/${root}/task/${root}/children`, 'utf8').catch(() => '');
  const children = text
    .split(' ')
    .filter((pid) => pid !== '')
    .map(Number);
  const below = await Promise.all(children.map(treeOf));
  return [root, ...below.flat()];
}

async function peakOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}
