import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { forecastRun } from '../../../core/forecast/forecast.js';
import { monthUsd, requestsUsd } from '../../../core/forecast/price.js';
import { packagePath } from '../../../files/package-path.js';

const fileBytes = 1e9;
const lineBytes = 2_000;
const inputs = [
  ['1.25 GB', 1, 1.25e9],
  ['10 GB', 1, 10e9],
  ['100 GB', 1, 100e9],
  ['1 TB', 1, 1e12],
  ['1 TB', 10, 1e12],
  ['1 TB', 100, 1e12],
] as const;

function rowOf([name, sources, bytes]: (typeof inputs)[number]): string {
  const own = bytes / sources;
  const files = Math.max(1, Math.round(own / fileBytes));
  const { billed, total } = forecastRun({
    sources: Array.from({ length: sources }, () => ({
      files: Array.from({ length: files }, () => own / files),
      lines: own / lineBytes,
      lineBytes: own,
    })),
    heldoutFraction: 0.01,
    workers: 100,
    isDetected: false,
    tokens: { perByte: 0.25, tokenizerBytes: 10e6 },
  });
  const count = (value: number): string => Math.round(value).toLocaleString('en-US');
  const usd = (value: number): string => `$${value.toFixed(2)}`;
  return [
    name,
    count(sources),
    count(billed.get),
    count(billed.put + billed.list),
    usd(requestsUsd(billed)),
    usd(monthUsd(total.sentBytes)),
  ].join(' | ');
}

void test('the requests and prices in docs/scaling.md are those of the forecast', async () => {
  const text = await readFile(packagePath('docs/scaling.md'), 'utf8');
  const [, table = ''] = /<!-- forecast -->(.*)<!-- \/forecast -->/s.exec(text) ?? [];
  const rows = table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => line.replaceAll(/ +/g, ' ').slice(2, -2));
  assert.deepEqual(rows, inputs.map(rowOf));
});
