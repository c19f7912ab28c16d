import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { sortedOrder } from '../../../files/sorted-order.js';

const entryBytes = 24;
const keyAt = 4;
const keyBytes = 16;

/** Entries whose keys begin with `alike` bytes of few values, and of which some are the same. */
function entriesOf(count: number, alike: number): Buffer {
  const bytes = Buffer.alloc(count * entryBytes);
  for (let entry = 0; entry < count; entry += 1) {
    const key = createHash('sha256')
      .update(String(Math.floor(entry / 3) % 700))
      .digest()
      .subarray(0, keyBytes);
    if (alike > 0) key.fill(entry % 2 === 0 ? 0xff : 0x7f, 0, alike);
    key.copy(bytes, entry * entryBytes + keyAt);
  }
  return bytes;
}

for (const count of [0, 1, 2, 3, 1000, 1024, 1025, 70_000])
  for (const alike of [0, 4, 8, 15])
    void test(`${count} entries of which ${alike} bytes of the key are alike come in the order of their keys, equal ones as they stand`, () => {
      const bytes = entriesOf(count, alike);
      const keyOf = (entry: number): Buffer =>
        bytes.subarray(entry * entryBytes + keyAt, entry * entryBytes + keyAt + keyBytes);
      const compare = (a: number, b: number): number => keyOf(a).compare(keyOf(b)) || a - b;
      const expected = Array.from({ length: count }, (_, entry) => entry).sort(compare);
      assert.deepEqual([...sortedOrder({ bytes, entryBytes, keyAt, count }, compare)], expected);
    });
