import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { hasCode } from './errno.js';

/**
 * - `running`: the process runs, perhaps as another user.
 * - `gone`: it has ended, or its id belongs to a later process.
 * - `unknown`: it is a process of another machine or container, or the text is no mark.
 */
export type ProcessState = 'running' | 'gone' | 'unknown';

/**
 * A text that identifies a process beyond its lifetime: `<machine>-<process id>-<start>`, of letters, digits
 * and `-`.
 *
 * Process ids are reused. On Linux the start, from /proc, distinguishes a later process with the same id.
 * Other systems have no such file: the start is `0` there, and a process whose id was given out again counts
 * as running.
 */
export function processMark(pid: number = process.pid): string {
  return `${machine()}-${pid}-${statusOf(pid).start}`;
}

/** The state of the process that {@link processMark} identifies. */
export function processState(mark: string): ProcessState {
  const [, machineOf, pid, start] = /^([0-9a-f]{12})-(\d+)-(\w+)$/.exec(mark) ?? [];
  if (machineOf !== machine()) return 'unknown';
  if (!isRunning(Number(pid))) return 'gone';
  const now = statusOf(Number(pid));
  if (now.isZombie) return 'gone';
  const areKnown = start !== unknownStart && now.start !== unknownStart;
  return areKnown && start !== now.start ? 'gone' : 'running';
}

/** Where a process id has a meaning: the machine and its namespace of process ids. 12 hex digits. */
function machine(): string {
  return hash(`${hostname()}\n${textOr('one', () => readlinkSync('/proc/self/ns/pid'))}`, 12);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    return hasCode(error, 'EPERM');
  }
}

const unknownStart = '0';

/** A zombie has ended, but its parent has not collected it yet: signals still reach it. */
function statusOf(pid: number): { readonly start: string; readonly isZombie: boolean } {
  const text = textOr('', () => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // `pid (name) state …`: the name may hold blanks and parentheses. See proc_pid_stat(5).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, ticks] = [fields[0], fields[19]];
  if (ticks === undefined) return { start: unknownStart, isZombie: false };
  // Ticks count from the start of the machine, so they mean something together with the boot only.
  return { start: hash(`${bootId()}${ticks}`, 8), isZombie: state === 'Z' || state === 'X' };
}

/** 8 hex digits that identify the start of the machine; the same ones for ever where it has no /proc. */
export function bootMark(): string {
  return hash(bootId(), 8);
}

function bootId(): string {
  return textOr('', () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
}

/** `fallback` where /proc does not exist, or does not show this process to this user. */
function textOr(fallback: string, read: () => string): string {
  try {
    return read();
  } catch {
    return fallback;
  }
}

function hash(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
