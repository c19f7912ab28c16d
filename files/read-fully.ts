import { readSync, readvSync } from 'node:fs';
import { dropParts } from './parts.js';

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

/**
 * As {@link readFully}, into several parts, one behind the other. Each byte goes from the page cache to its
 * place in one copy.
 *
 * @param parts - at most `maxParts`. Those that are full are removed.
 */
export function readPartsFully(descriptor: number, parts: Uint8Array[], position: number): number {
  let used = 0;
  while (parts.length > 0) {
    const read = readvSync(descriptor, parts, position + used);
    if (read === 0) break;
    used += read;
    dropParts(parts, read);
  }
  return used;
}
