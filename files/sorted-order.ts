import { endianness } from 'node:os';

export interface KeyedEntries {
  /** All entries, without gaps. */
  readonly bytes: Buffer;
  readonly entryBytes: number;
  /** Where in an entry its key begins, which has at least eight bytes. */
  readonly keyAt: number;
  readonly count: number;
}

/** The positions of the halves of a 64-bit number in a `Uint32Array`. */
const [low, high] = endianness() === 'LE' ? [0, 1] : [1, 0];

/**
 * The numbers of entries in ascending order of their keys. The start of a key and the entry's number make one
 * 64-bit number: those are sorted by native code, ten times as fast as by a function that compares.
 *
 * @param compare - decides between entries whose keys begin alike.
 */
export function sortedOrder(
  { bytes, entryBytes, keyAt, count }: KeyedEntries,
  compare: (left: number, right: number) => number,
): Uint32Array {
  const numberBits = 32 - Math.clz32(Math.max(0, count - 1));
  const numbers = 2 ** numberBits - 1;
  const words = new Uint32Array(2 * count);
  for (let entry = 0; entry < count; entry += 1) {
    const key = entry * entryBytes + keyAt;
    words[2 * entry + high] = bytes.readUInt32BE(key);
    words[2 * entry + low] = (bytes.readUInt32BE(key + 4) & ~numbers) | entry;
  }
  new BigUint64Array(words.buffer).sort();
  const order = new Uint32Array(count);
  let from = 0;
  for (let at = 0; at < count; at += 1) {
    order[at] = (words[2 * at + low] ?? 0) & numbers;
    const beginsAlike =
      at + 1 < count &&
      words[2 * at + high] === words[2 * at + 2 + high] &&
      (((words[2 * at + low] ?? 0) ^ (words[2 * at + 2 + low] ?? 0)) & ~numbers) === 0;
    if (beginsAlike) continue;
    if (at > from) order.subarray(from, at + 1).sort(compare);
    from = at + 1;
  }
  return order;
}
