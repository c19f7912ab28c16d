/** The most parts that an operating system reads or writes in one call. */
export const maxParts = 1024;

/** Drops the first `bytes` bytes of the parts, which a call has read or written. */
export function dropParts(parts: Uint8Array[], bytes: number): void {
  let [whole, left] = [0, bytes];
  for (let part = parts[0]; part !== undefined && part.length <= left; part = parts[whole]) {
    left -= part.length;
    whole += 1;
  }
  parts.splice(0, whole);
  const [part] = parts;
  if (part !== undefined) parts[0] = part.subarray(left);
}
