import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { forecastRun } from '../../../core/forecast/forecast.js';
import { monthUsd, requestsUsd } from '../../../core/forecast/price.js';
import { packagePath } from '../../../files/package-path.js';

const fileBytes = 1e9;
const lineBytes = 2_000;

function rowOf(name: string, bytes: number): string {
  const files = Math.max(1, Math.round(bytes / fileBytes));
  const { billed, total } = forecastRun({
    sources: [
      {
        files: Array.from({ length: files }, () => bytes / files),
        lines: bytes / lineBytes,
        lineBytes: bytes,
      },
    ],
    heldoutFraction: 0.01,
    workers: 100,
    isDetected: false,
    tokens: { perByte: 0.25, tokenizerBytes: 10e6 },
  });
  const count = (value: number): string => Math.round(value).toLocaleString('en-US');
  const usd = (value: number): string => `$${value.toFixed(2)}`;
  return [
    name,
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
  assert.deepEqual(
    rows,
    [
      ['1.25 GB', 1.25e9],
      ['10 GB', 10e9],
      ['100 GB', 100e9],
      ['1 TB', 1e12],
    ].map(([name, bytes]) => rowOf(String(name), Number(bytes))),
  );
});
