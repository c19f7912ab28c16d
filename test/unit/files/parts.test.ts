import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writePartsTo } from '../../../files/file-writer.js';
import { dropParts, maxParts } from '../../../files/parts.js';
import { readPartsFully } from '../../../files/read-fully.js';
import { temporaryFolder } from '../../support/folder.js';

const bytes = Buffer.from(Array.from({ length: 3 * maxParts * 5 }, (_, at) => at % 251));
/** The bytes in parts of 1 to 9 bytes. */
const parts = (): Uint8Array[] => {
  const found: Uint8Array[] = [];
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size % 9) + 1)
    found.push(bytes.subarray(at, at + size));
  return found;
};

void test('what is left of parts after any number of bytes is the rest of the bytes', () => {
  for (let dropped = 0; dropped <= 60; dropped += 1) {
    const left = parts();
    dropParts(left, dropped);
    assert.deepEqual(Buffer.concat(left), bytes.subarray(dropped));
  }
  const left = parts();
  dropParts(left, bytes.length);
  assert.deepEqual(left, []);
});

void test('more parts than one call takes are written in their order, and read to their places', async () => {
  const path = join(await temporaryFolder(), 'parts');
  assert.ok(parts().length > maxParts);
  writePartsTo(path, parts());
  assert.deepEqual(readFileSync(path), bytes);

  const [last, first] = [Buffer.alloc(7), Buffer.alloc(100)];
  const descriptor = openSync(path, 'r');
  try {
    assert.equal(readPartsFully(descriptor, [first, last], 3), 107);
    assert.deepEqual(Buffer.concat([first, last]), bytes.subarray(3, 110));
    // The file ends in the second part.
    assert.equal(readPartsFully(descriptor, [last, first], bytes.length - 20), 20);
    assert.deepEqual(Buffer.concat([last, first.subarray(0, 13)]), bytes.subarray(bytes.length - 20));
  } finally {
    closeSync(descriptor);
  }
});
