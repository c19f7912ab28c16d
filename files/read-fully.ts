import { readSync } from 'node:fs';

/**
 * Fills `into` with the bytes from `position` on. Returns how many there were: fewer only at the end of the
 * file.
 */
export function readFully(descriptor: number, into: Buffer, position: number): number {
  let used = 0;
  while (used < into.length) {
    const read = readSync(descriptor, into, used, into.length - used, position + used);
    if (read === 0) break;
    used += read;
  }
  return used;
}
