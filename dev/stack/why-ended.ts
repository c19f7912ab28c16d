import { readFile } from 'node:fs/promises';

/** What is known of the end of a process. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines that it wrote to its log. */
  readonly lastLines: readonly string[];
  /** Processes that the system has killed for want of memory while it ran; `undefined` where unknown. */
  readonly memoryKills: number | undefined;
}

/** Why a process has ended, as far as that is known, for instance `exit code 1: <its last error>`. */
export function whyEnded({ code, signal, lastLines, ...end }: ProcessEnd): string {
  // V8 writes this line when its heap is full, and a long stack after it.
  const fatal = lastLines.findLast((line) => line.includes('FATAL ERROR'));
  if (fatal !== undefined) return `${signal ?? `exit code ${code}`}: ${fatal.trim()}`;
  if (signal === 'SIGKILL') return `SIGKILL: ${killer(end.memoryKills)}`;
  if (signal !== null) return signal;
  // A stack follows the error.
  const last = lastLines.findLast((line) => /^\w*Error\b/.test(line)) ?? lastLines.at(-1);
  return code === 0 || last === undefined ? `exit code ${code}` : `exit code ${code}: ${last.trim()}`;
}

function killer(kills: number | undefined): string {
  if (kills === undefined) return 'killed from outside, or by the system for want of memory';
  if (kills === 0) return 'killed from outside; not by the system for want of memory';
  const processes = kills === 1 ? 'a process' : `${kills} processes`;
  return `since it started, the system has killed ${processes} for want of memory`;
}

/**
 * Processes that Linux has killed for want of memory since it started, in containers too; `undefined` on
 * other systems.
 */
export async function memoryKills(): Promise<number | undefined> {
  const text = await readFile('/proc/vmstat', 'utf8').catch(() => '');
  const count = /^oom_kill (\d+)$/m.exec(text)?.[1];
  return count === undefined ? undefined : Number(count);
}
