import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReported, nextSegment } from '../../../workflows/training/segments.js';

void test('segments end at multiples of checkpoint_every, the last one at the last step', () => {
  assert.deepEqual(nextSegment(0, 20, 50), { from: 0, to: 20 });
  assert.deepEqual(nextSegment(20, 20, 50), { from: 20, to: 40 });
  assert.deepEqual(nextSegment(40, 20, 50), { from: 40, to: 50 });
});

void test('the segment after one that was saved in the middle ends where the whole one would have', () => {
  assert.deepEqual(nextSegment(7, 20, 50), { from: 7, to: 20 });
  assert.deepEqual(nextSegment(41, 20, 50), { from: 41, to: 50 });
});

void test('a training shorter than a segment is one segment', () => {
  assert.deepEqual(nextSegment(0, 50, 6), { from: 0, to: 6 });
});

void test('a run gets a message about every segment, and about some where there are more than 400', () => {
  const reported = (every: number, totalSteps: number): number => {
    const ends = Array.from({ length: Math.ceil(totalSteps / every) }, (_, index) => (index + 1) * every);
    return ends.filter((step) => isReported(step, every, totalSteps)).length;
  };
  assert.equal(reported(10, 4_000), 400);
  assert.equal(reported(10, 4_010), 200);
  assert.equal(reported(1, 40_000), 400);
});
