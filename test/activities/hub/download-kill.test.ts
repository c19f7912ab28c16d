import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readResolution } from '../../../activities/hub/resolve/resolution.js';
import { bytesOf, uniteRanges, type ByteRange } from '../../../core/hub/ranges.js';
import { sourcePath } from '../../support/source-path.js';
import { resolve, someBytes, startFixture } from '../../support/hub.js';
import { until } from '../../support/until.js';

const childPath = fileURLToPath(new URL('./download-child.js', import.meta.url));
const size = 20_000_000;
const served = 'datasets/o/n/data/train-00000-of-00001.parquet';

void test('a process killed with SIGKILL, again and again, fetches no durable byte twice', async (t) => {
  const bytes = someBytes(size, 9);
  const fixture = await startFixture(t, { [served]: bytes });
  const { resolution } = await resolve(fixture, { dataset: 'o/n' });
  const { meta, files } = await readResolution(fixture.store, resolution);
  const [file] = files;
  assert.ok(file !== undefined);
  const path = await sourcePath(fixture.store, meta, file);
  fixture.hub.resetStats();
  // Slow enough that little is between the two ends when the process is killed.
  fixture.hub.fault({ path: '/storage/', kind: 'rate', bytesPerSecond: 2_500_000 });
  const sent = (): number => fixture.hub.stats().bytes;
  const start = (): ChildProcess =>
    spawn(process.execPath, [childPath, fixture.store.place, fixture.hub.url, resolution.key], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  let asked = 0;
  const assertNothingTwice = (durable: readonly ByteRange[]): void => {
    const requests = fixture.hub.requests().filter(({ origin }) => origin === 'storage');
    for (const { range } of requests.slice(asked)) {
      const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? assert.fail();
      const request = { start: Number(first), end: Number(last) + 1 };
      assert.equal(bytesOf(uniteRanges([...durable, request])), bytesOf(durable) + bytesOf([request]), range);
    }
    asked = requests.length;
  };

  const points = [900_000, 3_300_000, 3_400_000, 8_000_000, 14_500_000];
  for (const point of points) {
    const before = await durableRanges(path);
    const child = start();
    const ended = once(child, 'exit');
    await until(
      () => sent() >= point || child.exitCode !== null || undefined,
      () => `${point} bytes sent`,
      2,
    );
    assert.equal(child.exitCode, null, 'the child ended before it was killed');
    child.kill('SIGKILL');
    await ended;
    assertNothingTwice(before);
  }
  const before = await durableRanges(path);
  const last = start();
  let text = '';
  last.stdout?.on('data', (chunk: Buffer) => (text += String(chunk)));
  const [code] = (await once(last, 'close')) as [number | null];
  assert.equal(code, 0);
  assertNothingTwice(before);

  assert.ok((await readFile(path)).equals(bytes));
  const left = (await readdir(dirname(path))).filter((name) => name.includes('.part'));
  assert.deepEqual(left, []);
  const result = JSON.parse(text) as { resumedBytes: number; fetchedBytes: number };
  assert.equal(result.resumedBytes, bytesOf(before));
  assert.equal(result.resumedBytes + result.fetchedBytes, size);
  // A kill loses, on each of three connections, a flush (128 kB) and what was on its way.
  const lost = sent() - size;
  assert.ok(lost <= points.length * 3 * (128_000 + 512_000), `${lost} bytes came twice`);
});

/** The durable bytes, by the record beside the part. */
async function durableRanges(path: string): Promise<ByteRange[]> {
  const text = await readFile(`${path}.part.ranges`, 'utf8').catch(() => '');
  const ranges: ByteRange[] = [];
  for (const [, start, end] of text.matchAll(/(\d+) (\d+)\n/g))
    ranges.push({ start: Number(start), end: Number(end) });
  return uniteRanges(ranges);
}
