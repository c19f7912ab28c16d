import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readlink, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { hasCode, isMissing } from './errno.js';

/**
 * Scratch is a folder in `<store>/tmp` whose name says who made it: `<machine>-<process id>-<uuid>`. What a process that was
 * killed left there is removed by the next one that works on the store.
 */
export async function makeScratch(root: string): Promise<string> {
  const dir = join(root, 'tmp', await nameOfThisProcess());
  await mkdir(dir, { recursive: true });
  return dir;
}

/** Removes the scratch of processes of this machine that are no more. Returns how many folders went. */
export async function removeDeadScratch(root: string): Promise<number> {
  return await removeOfDeadProcesses(join(root, 'tmp'));
}

/** A new name that says who made it: `<machine>-<process id>-<uuid>`. */
export async function nameOfThisProcess(): Promise<string> {
  return `${await machine()}-${process.pid}-${randomUUID()}`;
}

/**
 * Removes what stands in a folder under a name that {@link nameOfThisProcess} gave to a process of this machine that is no more.
 *
 * @param around - what stands before and behind it in the name.
 * @returns how many went.
 */
export async function removeOfDeadProcesses(
  dir: string,
  around: { readonly prefix: string; readonly suffix: string } = { prefix: '', suffix: '' },
): Promise<number> {
  const { prefix, suffix } = around;
  const here = await machine();
  let removed = 0;
  for (const name of await namesIn(dir)) {
    if (!name.startsWith(prefix) || !name.endsWith(suffix)) continue;
    const own = name.slice(prefix.length, name.length - suffix.length);
    const [, machineOf, pid] = /^([0-9a-f]{12})-(\d+)-[0-9a-f-]{36}$/.exec(own) ?? [];
    if (machineOf !== here || isRunning(Number(pid))) continue;
    await rm(join(dir, name), { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}

/** Where a process id means something: the machine and its namespace of process ids. 12 hex digits. */
async function machine(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => 'one');
  return createHash('sha256').update(`${hostname()}\n${namespace}`).digest('hex').slice(0, 12);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and another user's.
    return hasCode(error, 'EPERM');
  }
}

async function namesIn(dir: string): Promise<string[]> {
  return await readdir(dir).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
}
