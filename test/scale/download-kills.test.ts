import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killDownloads } from '../support/killed-downloads.js';

const kills = 20;
const chunkBytes = 16 << 20;
const connections = 8;

void test('20 kills in a download of 500 MB, on two machines in turn, cost at most 128 MiB each', async (t) => {
  const inVain = await killDownloads(t, {
    size: 500_000_000,
    kills,
    chunkBytes,
    sizes: 'worker',
    // Each fifth machine gets further, to its first whole chunk.
    isTime: (kill, { bytes, chunks }) => (kill % 5 === 0 ? chunks > 0 : bytes >= 40_000_000),
  });
  assert.ok(inVain <= kills * connections * chunkBytes, `${inVain} bytes came in vain`);
});
