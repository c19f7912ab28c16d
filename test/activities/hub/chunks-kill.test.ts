import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killDownloads } from '../../support/killed-downloads.js';

const kills = 20;
const chunkBytes = 1_000_000;
const connections = 3;

void test('machines that are killed in turn fetch at most the chunks under way twice', async (t) => {
  const inVain = await killDownloads(t, {
    size: 50_000_000,
    kills,
    chunkBytes,
    sizes: 'quick',
    bytesPerSecond: 2_500_000,
    isTime: (_kill, { bytes }) => bytes >= 1_700_000,
  });
  assert.ok(inVain <= kills * connections * chunkBytes, `${inVain} bytes came in vain`);
});
