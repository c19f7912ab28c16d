import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pauseBeforeRestart } from '../../../dev/stack/restart-pause.js';

/** The pauses after each death of a part that served so long before it. */
function pauses(servedMs: readonly number[]): (number | undefined)[] {
  return servedMs.map((_, death) => pauseBeforeRestart(servedMs.slice(0, death + 1)));
}

void test('pauses double with each death within a minute of service, and the fifth death is the last', () => {
  assert.deepEqual(pauses([600_000, 10_000, 20_000, 10_000, 19_999]), [
    1_000,
    2_000,
    4_000,
    8_000,
    undefined,
  ]);
});

void test('a part that never serves is not started for ever, however long its starts take', () => {
  assert.deepEqual(pauses([5, 0, 0, 0, 0]), [1_000, 2_000, 4_000, 8_000, undefined]);
});

void test('a part that served for a minute since begins with the shortest pause again', () => {
  assert.deepEqual(pauses([0, 0, 0, 60_000, 0]), [1_000, 2_000, 4_000, 1_000, 2_000]);
  const rare = Array.from({ length: 50 }, () => 30_000);
  assert.deepEqual(new Set(pauses(rare)), new Set([1_000, 2_000]), 'two deaths in any minute');
});
