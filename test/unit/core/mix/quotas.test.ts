import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heldoutThreshold } from '../../../../core/mix/heldout.js';
import { quotas, type QuotaSource } from '../../../../core/mix/quotas.js';

const source = (available: number, more: Partial<QuotaSource> = {}): QuotaSource => ({
  name: 's',
  available,
  ...more,
});
const takes = (
  sources: readonly QuotaSource[],
  mixRows?: number,
  rowsPerSource?: number,
): readonly number[] => quotas(sources, mixRows, rowsPerSource).map(({ take }) => take);

void test('without shares each source gives its rows, or all it has', () => {
  assert.deepEqual(takes([source(10, { rows: 4 }), source(3, { rows: 4 }), source(7)]), [4, 3, 7]);
});

void test('a share is a share of the whole mix, rounded down in integers', () => {
  // 0.2 of the whole beside 80 rows is 20; 0.1 + 0.2 beside 7 rows are 1 and 2.
  assert.deepEqual(takes([source(80), source(100, { share: 0.2 })]), [80, 20]);
  assert.deepEqual(takes([source(7), source(100, { share: 0.1 }), source(100, { share: 0.2 })]), [7, 1, 2]);
});

void test('a source that has less than its share gives all and is named as limiting', () => {
  assert.deepEqual(quotas([source(80), source(5, { share: 0.2 })])[1], { take: 5, limiting: true });
});

void test('where every source has a share, the scarcest one limits all', () => {
  const all = [source(10, { share: 0.5 }), source(1000, { share: 0.3 }), source(1000, { share: 0.2 })];
  assert.deepEqual(takes(all), [10, 6, 4]);
  assert.deepEqual(
    quotas(all).map(({ limiting }) => limiting),
    [true, false, false],
  );
});

void test('mix.rows limits where it is smaller', () => {
  const all = [source(100, { share: 0.333333 }), source(100, { share: 0.666667 })];
  assert.deepEqual(takes(all, 10), [3, 6]);
  assert.deepEqual(takes(all, 10_000), takes(all));
});

void test('rows per source come last, so that shares are counted without them', () => {
  assert.deepEqual(takes([source(80), source(100, { share: 0.2 })], undefined, 15), [15, 15]);
});

void test('shares beside sources that give nothing are an error', () => {
  assert.throws(
    () => takes([source(0), source(100, { share: 0.2 })]),
    /nothing that a share could be a share of/,
  );
});

void test('rows beyond 2^53 millionths lose nothing', () => {
  const share = source(Number.MAX_SAFE_INTEGER, { share: 0.999999 });
  assert.deepEqual(takes([source(9_007_199_253), share])[1], 9_007_190_245_800_747);
});

void test('the held-out threshold is exact at its ends and between them', () => {
  assert.equal(heldoutThreshold(0), 0);
  assert.equal(heldoutThreshold(1), 2 ** 48);
  assert.equal(heldoutThreshold(0.01), 2_814_749_767_106);
  assert.equal(heldoutThreshold(0.000001), 281_474_976);
});
