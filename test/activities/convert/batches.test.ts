import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchesOf } from '../../../activities/convert/plan/work-ranges.js';
import { Dice } from '../mix-rule/random-source.js';

void test('batches cover all items in order, are never more than allowed, and hold all bytes', () => {
  const dice = new Dice(3);
  for (let round = 0; round < 500; round += 1) {
    const most = 1 + dice.below(8);
    const bytes = Array.from({ length: dice.below(40) }, () => (dice.chance(0.3) ? 0 : dice.below(1000)));
    const leastItems = 1 + dice.below(5);
    const batches = batchesOf(bytes, { most, leastItems }, (from, to) => `${from}-${to}`);
    assert.ok(batches.length <= most);
    for (const { from, to } of batches.slice(0, -1)) assert.ok(to - from >= leastItems);
    assert.deepEqual(
      batches.flatMap(({ from, to }) => bytes.slice(from, to)),
      bytes,
    );
    for (const { from, to, bytes: size } of batches)
      assert.equal(
        size,
        bytes.slice(from, to).reduce((sum, own) => sum + own, 0),
      );
  }
});

void test('few items are a batch each, unless a batch has several', () => {
  assert.equal(batchesOf([5, 0, 900], { most: 64, leastItems: 1 }, () => '').length, 3);
  assert.equal(batchesOf([5, 0, 900], { most: 64, leastItems: 2 }, () => '').length, 2);
});
