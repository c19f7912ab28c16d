import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn } from './names-in.js';
import { processMark, processState } from './process-id.js';

/** Makes a folder in `<store>/tmp` under a {@link nameOfThisProcess}. The caller removes it. */
export async function makeScratch(root: string): Promise<string> {
  const dir = join(root, 'tmp', nameOfThisProcess());
  await mkdir(dir, { recursive: true });
  return dir;
}

/** Removes the scratch folders of dead processes of this machine. Returns how many it removed. */
export async function removeDeadScratch(root: string): Promise<number> {
  return await removeOfDeadProcesses(join(root, 'tmp'));
}

/** A new name that identifies the process which made it: `<process mark>-<uuid>`. */
export function nameOfThisProcess(): string {
  return `${processMark()}-${randomUUID()}`;
}

/** The process mark in a {@link nameOfThisProcess}; `undefined` where it is none. */
export function processOfName(name: string): string | undefined {
  return /^([\w-]+)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(name)?.[1];
}

/**
 * Removes the entries of a folder whose name comes from {@link nameOfThisProcess} in a process of this
 * machine that has ended.
 *
 * @param around - what stands before and after that name.
 * @returns how many entries it removed.
 */
export async function removeOfDeadProcesses(
  dir: string,
  around: { readonly prefix: string; readonly suffix: string } = { prefix: '', suffix: '' },
): Promise<number> {
  const { prefix, suffix } = around;
  let removed = 0;
  for (const name of await namesIn(dir)) {
    if (!name.startsWith(prefix) || !name.endsWith(suffix)) continue;
    const mark = processOfName(name.slice(prefix.length, name.length - suffix.length));
    if (mark === undefined || processState(mark) !== 'gone') continue;
    await rm(join(dir, name), { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}
