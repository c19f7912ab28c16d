import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenCpuSeconds, residentBytes, treeOf } from '../processes.js';

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

/** Runs a program to its end, or kills it and its children with SIGKILL as soon as `killWhen` says so. */
export async function measure(
  {
    file,
    args,
    env,
  }: { readonly file: string; readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv },
  killWhen: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<Cost> {
  const cpuBefore = childrenCpuSeconds();
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
    for (const process of treeOf(pid))
      peaks.set(process, Math.max(peaks.get(process) ?? 0, residentBytes(process, 'VmHWM')));
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
    cpuSeconds: childrenCpuSeconds() - cpuBefore,
    peakBytes: [...peaks.values()].reduce((sum, bytes) => sum + bytes, 0),
    exitCode,
    killed,
    said,
  };
}
