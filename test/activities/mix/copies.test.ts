import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withFewFiles } from '../../support/few-files.js';
import { temporaryFolder } from '../../support/folder.js';

void test('more spilled files than a process may have open are merged in the order of their keys', async (t) => {
  const module = new URL('./merge-spills-child.js', import.meta.url);
  const keys: unknown = JSON.parse(await withFewFiles(module, await temporaryFolder(t)));
  assert.deepEqual(
    keys,
    Array.from({ length: 900 }, (_, key) => key),
  );
});
