import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forecastRun } from '../../../../core/forecast/forecast.js';
import { monthUsd, requestsUsd } from '../../../../core/forecast/price.js';
import type { ForecastInput } from '../../../../core/forecast/shape.js';

/** Lines of 2 KiB in files of a gigabyte, by 100 workers. */
function corpus(bytes: number, sources = 1): ForecastInput {
  const own = bytes / sources;
  const files = Array.from({ length: Math.ceil(own / 1e9) }, () => Math.min(1e9, own));
  return {
    sources: Array.from({ length: sources }, () => ({ files, lines: own / 2048, lineBytes: own })),
    heldoutFraction: 0.01,
    workers: 100,
    isDetected: true,
    tokens: { perByte: 0.25, tokenizerBytes: 11e6 },
  };
}

void test('a terabyte takes at most 2.5 million GETs, 150,000 PUTs and 1,000 LISTs', () => {
  const { billed: requests, shape } = forecastRun(corpus(1e12));
  assert.equal(shape.partitions, 1024);
  assert.ok(requests.get <= 2.5e6, `${requests.get} GETs`);
  assert.ok(requests.put <= 0.15e6, `${requests.put} PUTs`);
  assert.ok(requests.list <= 1000, `${requests.list} LISTs`);
});

void test('requests of each kind grow with the data, not with its square', () => {
  const [small, large] = [forecastRun(corpus(1e11)).billed, forecastRun(corpus(1e13)).billed];
  for (const kind of ['get', 'put'] as const) {
    const growth = large[kind] / small[kind];
    assert.ok(growth > 40 && growth < 110, `100 times the data takes ${growth} times the ${kind}s`);
  }
  assert.equal(small.list, large.list);
});

void test('the shuffle asks for about a mebibyte at a time', () => {
  for (const bytes of [3e9, 1e11, 1e12, 1e13]) {
    const { 'write the mix': written } = forecastRun(corpus(bytes)).stages;
    const each = bytes / written.requests.GetObject;
    assert.ok(each > 0.4 * 2 ** 20 && each < 2.1 * 2 ** 20, `${bytes}: ${each} bytes a request`);
  }
});

void test('more workers ask for more: each reads plans and the manifests of pieces for itself', () => {
  const [one, hundred] = [forecastRun({ ...corpus(1e12), workers: 1 }), forecastRun(corpus(1e12))];
  assert.ok(one.billed.get < hundred.billed.get);
  assert.ok(hundred.billed.get < 1.2 * one.billed.get);
  assert.equal(one.billed.put, hundred.billed.put);
});

void test('no workflow of a terabyte, or of ten, has 10,000 events', () => {
  for (const bytes of [1e12, 1e13]) assert.ok(forecastRun(corpus(bytes)).mostEvents < 10_000);
});

void test('a month of what a terabyte leaves in the store, and its requests, have a price', () => {
  const { billed: requests, total } = forecastRun(corpus(1e12));
  assert.ok(requestsUsd(requests) > 1 && requestsUsd(requests) < 2);
  assert.equal(monthUsd(1e12), 23);
  assert.ok(total.sentBytes > 4e12 && total.sentBytes < 5e12, `${total.sentBytes} bytes`);
});
