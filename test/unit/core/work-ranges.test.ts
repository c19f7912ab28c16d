import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxWorkRanges, workRanges } from '../../../core/work-ranges.js';
import { Dice } from '../../support/dice.js';

const label = (from: number, to: number): string => `${from}-${to}`;
const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);

void test('ranges cover all items in order, are never more than 64, and hold all bytes', () => {
  const dice = new Dice(3);
  for (let round = 0; round < 500; round += 1) {
    const count = dice.below(dice.pick([10, 40, 66, 400]));
    const sizes = Array.from({ length: count }, () => (dice.chance(0.3) ? 0 : dice.below(1000)));
    const leastItems = 1 + dice.below(5);
    const ranges = workRanges(sizes, { leastItems, label });
    assert.ok(ranges.length <= maxWorkRanges);
    for (const { from, to } of ranges.slice(0, -1)) assert.ok(to - from >= leastItems);
    for (const { from, to } of ranges) assert.ok(to > from);
    assert.deepEqual(
      ranges.flatMap(({ from, to }) => sizes.slice(from, to)),
      sizes,
    );
    for (const { from, to, bytes } of ranges) assert.equal(bytes, sum(sizes.slice(from, to)));
  }
});

void test('few items are a range each, unless a range has several', () => {
  assert.equal(workRanges([5, 0, 900], { label }).length, 3);
  assert.equal(workRanges([5, 0, 900], { leastItems: 2, label }).length, 2);
});

void test('many items share at most 64 ranges that cover each item once, in about equal bytes', () => {
  for (const count of [65, 100, 1000, 4097]) {
    const sizes = Array.from({ length: count }, (_, index) => 1 + (index % 7));
    const ranges = workRanges(sizes, { label });
    assert.ok(ranges.length <= maxWorkRanges);
    assert.equal(ranges[0]?.from, 0);
    assert.equal(ranges.at(-1)?.to, count);
    for (const [index, range] of ranges.entries()) {
      assert.ok(range.to > range.from);
      if (index > 0) assert.equal(range.from, ranges[index - 1]?.to);
    }
    const fair = sum(ranges.map(({ bytes }) => bytes)) / ranges.length;
    assert.ok(Math.max(...ranges.map(({ bytes }) => bytes)) <= fair + 7 * 2);
  }
});

void test('one huge item among many small ones leaves no range empty', () => {
  const sizes = Array.from({ length: 90 }, (_, index) => (index === 0 ? 1e9 : 1));
  const ranges = workRanges(sizes, { label });
  assert.equal(sum(ranges.map(({ from, to }) => to - from)), 90);
  assert.ok(ranges.every(({ from, to }) => to > from) && ranges.length <= maxWorkRanges);
});
