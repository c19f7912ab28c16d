import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Env } from '../../core/env.js';
import { bytesOf, openTestStore, putFiles } from './s3-store.js';
import type { TestS3 } from './s3.js';

const large = bytesOf('large', 20_000_000);

/**
 * Opens a store and puts a file that is sent in parts and a small one. Another machine brings the large one
 * by a range and whole. Asserts that all bytes are right.
 */
export async function roundTrip(s3: Pick<TestS3, 'place' | 'env'>, over: Env): Promise<void> {
  const { store: writer } = await openTestStore(s3, over);
  const { ref } = await putFiles(writer, { 'large.bin': large, 'small.txt': 'small' });
  const cache = `${s3.env['HEADRACE_CACHE']}-reader`;
  const { store: reader } = await openTestStore(s3, { ...over, HEADRACE_CACHE: cache });
  const artifact = await reader.get(ref);
  assert.equal(await reader.text(artifact, 'small.txt'), 'small');
  const range = { from: 9_000_000, to: 9_100_000 };
  await reader.bring([{ artifact, file: 'large.bin', ranges: [range] }], async ([path = '']) => {
    const found = (await readFile(path)).subarray(range.from, range.to);
    assert.ok(found.equals(large.subarray(range.from, range.to)), 'the range');
  });
  await reader.bring([{ artifact, file: 'large.bin' }], async ([path = '']) =>
    assert.ok((await readFile(path)).equals(large), 'the file'),
  );
}
