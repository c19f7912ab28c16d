import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forecastRun } from '../../../../core/forecast/forecast.js';
import { billed, requestKinds } from '../../../../core/forecast/requests.js';
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
void test('show', () => {
  for (const n of [1e9, 1e10, 1e11, 1e12, 1e13]) {
    const f = forecastRun(corpus(n));
    console.log(n, f.billed, f.shape.partitions, f.shape.sources[0]?.pieces.length, f.shape.tokenPieces, f.mostEvents);
    console.log(Object.fromEntries(Object.entries(f.stages).map(([k, v]) => [k, billed(v)])), requestKinds.map((k) => [k, f.total.requests[k]].join(' ')).join(', '));
  }
  console.log(forecastRun(corpus(1e12, 10)).billed);
});
