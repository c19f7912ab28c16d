import { statfs } from 'node:fs/promises';
import { HeadraceError } from '../core/errors.js';
import { formatBytes } from '../core/format.js';
import { hasCode } from './errno.js';

/** Bytes that are free for this user on the disk of `dir`. */
export async function freeBytes(dir: string): Promise<number> {
  const disk = await statfs(dir);
  return disk.bavail * disk.bsize;
}

/**
 * Checks that the disk of `dir` can hold `neededBytes` more.
 *
 * @param what - what needs them, for the message.
 * @throws {HeadraceError} DiskFullError.
 */
export async function checkRoom(dir: string, what: string, neededBytes: number): Promise<void> {
  const free = await freeBytes(dir);
  if (free >= neededBytes) return;
  throw new HeadraceError(
    'DiskFullError',
    `${what} needs ${formatBytes(neededBytes)} more, and the disk of ${dir} has ${formatBytes(free)} free`,
  );
}

/** A DiskFullError where `error` means that the disk or quota of `dir` is full, else `error` itself. */
export function asDiskFull(error: unknown, dir: string): unknown {
  if (hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT'))
    return new HeadraceError('DiskFullError', `No space left on the disk of ${dir}`, { cause: error });
  return error;
}
