import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, cutRanges, guidedRanges, missingRanges, uniteRanges } from '../../../../core/hub/ranges.js';

void test('ranges of several attempts unite into the fewest, in order', () => {
  const united = uniteRanges([
    { start: 50, end: 60 },
    { start: 0, end: 10 },
    { start: 10, end: 20 },
    { start: 15, end: 18 },
    { start: 5, end: 5 },
  ]);
  assert.deepEqual(united, [
    { start: 0, end: 20 },
    { start: 50, end: 60 },
  ]);
});

void test('missing and present ranges together cover the whole file', () => {
  let state = 7;
  const random = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  for (let round = 0; round < 300; round += 1) {
    const size = 1 + random(200);
    const ranges = Array.from({ length: random(6) }, () => {
      const start = random(size);
      return { start, end: Math.min(size, start + random(80)) };
    });
    const missing = missingRanges(ranges, size);
    assert.equal(bytesOf(missing) + bytesOf(uniteRanges(ranges)), size);
    assert.deepEqual(uniteRanges([...missing, ...ranges]), [{ start: 0, end: size }]);
  }
});

void test('cut ranges hold the same bytes in pieces of at most the size', () => {
  const cut = cutRanges([{ start: 3, end: 28 }], 10);
  assert.deepEqual(cut, [
    { start: 3, end: 13 },
    { start: 13, end: 23 },
    { start: 23, end: 28 },
  ]);
  assert.deepEqual(cutRanges([], 10), []);
});

void test('guided ranges hold the same bytes once, shrink towards the end, and stay within their limits', () => {
  const ranges = [
    { start: 5, end: 100_005 },
    { start: 200_000, end: 230_000 },
  ];
  const cut = guidedRanges(ranges, 8, { minBytes: 500, maxBytes: 4000 });
  assert.deepEqual(uniteRanges(cut), ranges);
  assert.equal(bytesOf(cut), bytesOf(ranges));
  const sizes = cut.map((range) => bytesOf([range]));
  assert.equal(sizes[0], 4000);
  assert.ok(Math.max(...sizes) <= 4000);
  assert.ok(sizes.filter((size) => size < 500).length <= ranges.length);
  assert.ok(Math.max(...sizes.slice(-8)) <= 1000, 'the last ones are short');
});
