import { mkdir, open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ignoreMissing } from '../../files/errno.js';

/** Of the end of a log, which may be large. */
const mostBytes = 64 * 1024;

/** Opens the log of a part, to append to it; its folder is created where it is missing. */
export async function openLog(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true });
  return await open(path, 'a');
}

/** Size of a log in bytes; 0 where there is none. */
export async function logSize(path: string): Promise<number> {
  return (await stat(path).catch(ignoreMissing))?.size ?? 0;
}

/** The last lines of a log after byte `from`, at most 64 KiB of them; none where it is gone. */
export async function lastLines(path: string, most: number, from = 0): Promise<string[]> {
  const file = await open(path, 'r').catch(ignoreMissing);
  if (file === undefined) return [];
  try {
    const { size } = await file.stat();
    const start = Math.max(from, size - mostBytes);
    const bytes = Buffer.alloc(Math.max(0, size - start));
    await file.read(bytes, 0, bytes.length, start);
    const text = bytes.toString().trim();
    return text === '' ? [] : text.split('\n').slice(-most);
  } finally {
    await file.close();
  }
}
