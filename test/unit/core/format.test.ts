import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes } from '../../../core/format.js';

void test('sizes are written in three figures', () => {
  assert.deepEqual([0, 999, 1000, 12_345_678, 99_960_000, 999_600, 1_500_000_000].map(formatBytes), [
    '0 B',
    '999 B',
    '1.00 kB',
    '12.3 MB',
    '100 MB',
    '1.00 MB',
    '1.50 GB',
  ]);
});
