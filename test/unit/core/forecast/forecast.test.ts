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

for (const sources of [1, 2, 5, 10])
  void test(`a terabyte in ${sources} equal sources takes at most 2.5 million GETs, 150,000 PUTs and 1,000 LISTs`, () => {
    const { billed: requests, shape, mostEvents } = forecastRun(corpus(1e12, sources));
    assert.equal(shape.partitions, 1024);
    assert.ok(requests.get <= 2.5e6, `${requests.get} GETs`);
    assert.ok(requests.put <= 0.15e6, `${requests.put} PUTs`);
    assert.ok(requests.list <= 1000, `${requests.list} LISTs`);
    assert.ok(mostEvents < 10_000, `${mostEvents} events`);
    for (const { pieces } of shape.sources) assert.ok(pieces.length >= 100, `${pieces.length} pieces`);
  });

void test('requests for a terabyte in a hundred sources cost less than a tenth of a month of what it stores', () => {
  const { billed: requests, shape, storedBytes, mostEvents } = forecastRun(corpus(1e12, 100));
  assert.equal(shape.partitions, 1024);
  assert.ok(requestsUsd(requests) < monthUsd(storedBytes) / 10, `$${requestsUsd(requests)}`);
  assert.ok(requests.put <= 0.15e6 && requests.list <= 1000);
  assert.ok(mostEvents < 10_000, `${mostEvents} events`);
  for (const { pieces } of shape.sources) assert.ok(pieces.length >= 64, `${pieces.length} pieces`);
});

void test('requests of each kind grow with the data, not with its square', () => {
  for (const bytes of [1e9, 1e10, 1e11, 1e12, 1e13]) {
    const { get, put, list } = forecastRun(corpus(bytes)).billed;
    const mebibytes = bytes / 2 ** 20;
    assert.ok(get < 5 * mebibytes, `${bytes}: ${get} GETs`);
    assert.ok(put < mebibytes, `${bytes}: ${put} PUTs`);
    assert.equal(list, 1);
  }
});

void test('the shuffle asks for some mebibytes at a time', () => {
  for (const bytes of [3e9, 1e11, 1e12, 1e13]) {
    const { 'write the mix': written } = forecastRun(corpus(bytes)).stages;
    const each = bytes / written.requests.GetObject;
    assert.ok(each > 0.4 * 2 ** 20 && each < 4 * 2 ** 20, `${bytes}: ${each} bytes a request`);
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
  assert.equal(monthUsd(2 ** 40), 1024 * 0.023);
  assert.ok(total.sentBytes > 4e12 && total.sentBytes < 5e12, `${total.sentBytes} bytes`);
});
