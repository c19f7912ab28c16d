import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchAt, batchCount, batchesOf, batchLabel, noBatches } from '../../../core/batches.js';
import { Dice } from '../../support/dice.js';

const gibibyte = 1024 ** 3;

void test('batches cover all items once, in order, and all but the last are of one size', () => {
  const dice = new Dice(3);
  for (let round = 0; round < 500; round += 1) {
    const items = dice.below(dice.pick([10, 66, 400, 60_000]));
    const batches = batchesOf(items, dice.below(4096) * gibibyte);
    const ranges = Array.from({ length: batchCount(batches) }, (_, index) => batchAt(batches, index));
    for (const [index, { from, to }] of ranges.entries()) {
      assert.equal(from, index === 0 ? 0 : ranges[index - 1]?.to);
      assert.ok(to > from);
      if (index < ranges.length - 1) assert.equal(to - from, batches.itemsPerBatch);
    }
    assert.equal(ranges.at(-1)?.to ?? 0, items);
  }
});

void test('few items are a batch each, and many small ones share about 64 batches', () => {
  assert.equal(batchCount(batchesOf(40, 40 * 32 * 1024 ** 2)), 40);
  assert.equal(batchCount(batchesOf(2_000, 1_000_000)), 65);
  assert.equal(batchCount(batchesOf(50_000, gibibyte)), 65);
  assert.equal(batchCount(batchesOf(40, gibibyte, 4)), 10);
  assert.equal(batchCount(noBatches), 0);
});

void test('a terabyte has a batch for about each gibibyte', () => {
  // Pieces of √(1 TB · 1 MiB).
  assert.equal(batchCount(batchesOf(977, 1e12)), 977);
  const files = batchCount(batchesOf(20_000, 1e12));
  assert.ok(files > 900 && files < 1_000, `${files} batches of files`);
});

void test('the label of a batch names its items, counted from 1', () => {
  const batches = batchesOf(200, 0);
  assert.equal(batchLabel(batches, 0, 'file'), 'files 1 to 3 of 200');
  assert.equal(batchLabel(batches, batchCount(batches) - 1, 'file'), 'files 199 to 200 of 200');
  assert.equal(batchLabel(batchesOf(7, 0), 6, 'piece'), 'piece 7 of 7');
});
