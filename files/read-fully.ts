import { readSync, readvSync } from 'node:fs';

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
 * @param parts - at most {@link maxParts}, none of them empty. Those that are full are removed.
 */
export function readPartsFully(descriptor: number, parts: Uint8Array[], position: number): number {
  let used = 0;
  while (parts.length > 0) {
    const read = readvSync(descriptor, parts, position + used);
    if (read === 0) break;
    used += read;
    dropFilled(parts, read);
  }
  return used;
}

/** The most parts that an operating system takes in one call. */
export const maxParts = 1024;

/** Drops the first `filled` bytes of the parts. */
function dropFilled(parts: Uint8Array[], filled: number): void {
  let [full, left] = [0, filled];
  for (let part = parts[0]; part !== undefined && part.length <= left; part = parts[full]) {
    left -= part.length;
    full += 1;
  }
  parts.splice(0, full);
  const [part] = parts;
  if (part !== undefined) parts[0] = part.subarray(left);
}
