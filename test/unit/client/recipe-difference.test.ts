import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recipeDifferences } from '../../../client/runs/recipe-difference.js';

void test('the keys in which two recipes differ are listed with both values', () => {
  const before = JSON.stringify({ seed: 1, sources: [{ name: 'a', rows: 5 }], train: { epochs: 1 } });
  const after = JSON.stringify({ seed: 1, sources: [{ name: 'a' }], train: { epochs: 2 } });
  assert.deepEqual(recipeDifferences(before, after, ['then', 'now']), [
    'sources.0.rows: 5 then, (not set) now',
    'train.epochs: 1 then, 2 now',
  ]);
  assert.deepEqual(recipeDifferences(before, before, ['then', 'now']), []);
});
