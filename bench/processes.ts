import { readFileSync } from 'node:fs';

// Processes as /proc shows them, Linux only. The kernel makes these texts in memory, so that no read waits
// for a disk.

/** `getconf CLK_TCK`: 100 on every Linux of today. */
const ticksPerSecond = 100;

/** CPU seconds of a running process: its threads and its children that have ended. */
export function cpuSecondsOf(pid: number): number {
  const fields = statOf(pid);
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) / ticksPerSecond;
}

/** CPU seconds of all children of this process that have ended. */
export function childrenCpuSeconds(): number {
  const fields = statOf('self');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

/** Fields of /proc/<pid>/stat after the name, the state first; none where the process has ended. */
function statOf(pid: number | 'self'): string[] {
  const text = textOf(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/**
 * The process and all below it. Reads the kernel's lists of children: reading all of /proc would disturb the
 * measurement.
 */
export function treeOf(root: number): number[] {
  const children = textOf(`/proc/${root}/task/${root}/children`)
    .split(' ')
    .filter((pid) => pid !== '')
    .map(Number);
  return [root, ...children.flatMap(treeOf)];
}

/** Resident memory of a process now; 0 where it has ended. */
export function residentBytes(pid: number): number {
  const text = textOf(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}

/** Empty where the process has ended. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
