import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentRate } from '../../core/recent-rate.js';

void test('the rate is that of the last five seconds', () => {
  const rate = new RecentRate();
  assert.equal(rate.perSecond(0), undefined);
  for (let at = 0; at < 10_000; at += 50) rate.add(100, at);
  assert.equal(Math.round((rate.perSecond(10_000) ?? 0) / 100), 20);
  assert.equal(rate.perSecond(500_000), 0, 'nothing came for long');
});

void test('in the first second there is none', () => {
  const rate = new RecentRate();
  rate.add(1000, 0);
  assert.equal(rate.perSecond(900), undefined);
  assert.equal(rate.perSecond(2000), 500);
});
