import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { readResolution } from '../../../activities/hub/resolve/resolution.js';
import { defaultTuning } from '../../../activities/hub/http/tuning.js';
import type { Hub } from '../../../dev/hub/index.js';
import { sourcePath } from '../../support/source-path.js';
import { resolve, someBytes, startFixture, type Fixture } from '../../support/hub.js';
import { until } from '../../support/until.js';

const childPath = fileURLToPath(new URL('./download-all-child.js', import.meta.url));
/** A kill may lose this much on each open connection; docs/performance.md states it. */
const lostPerConnection = 16_000_000;

async function untilSent(hub: Hub, bytes: number): Promise<void> {
  await until(
    () => hub.stats().bytes >= bytes || undefined,
    () => `${bytes} bytes sent`,
    2,
  );
}

const Results = z.array(
  z.object({ fetchedBytes: z.number(), resumedBytes: z.number(), reusedFiles: z.number() }),
);

interface Ready extends Fixture {
  readonly sizeBytes: number;
  start(): ChildProcess;
  assertAllRight(): Promise<void>;
}

async function ready(t: TestContext, fileBytes: number, count: number): Promise<Ready> {
  const names = Array.from(
    { length: count },
    (_, index) => `data/train-0000${index}-of-0000${count}.parquet`,
  );
  const contents = names.map((_, index) => someBytes(fileBytes, index + 1));
  const fixture = await startFixture(
    t,
    Object.fromEntries(names.map((name, index) => [`datasets/o/n/${name}`, contents[index] ?? ''])),
  );
  const { resolution } = await resolve(fixture, { dataset: 'o/n' });
  const { meta, files } = await readResolution(fixture.store, resolution);
  fixture.hub.resetStats();
  return {
    ...fixture,
    sizeBytes: fileBytes * count,
    start: () => {
      const args = [childPath, fixture.store.place, fixture.hub.url, resolution.key, String(count)];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      t.after(() => child.kill('SIGKILL'));
      return child;
    },
    assertAllRight: async () => {
      for (const [index, file] of files.entries()) {
        const bytes = await readFile(await sourcePath(fixture.store, meta, file));
        assert.equal(createHash('sha256').update(bytes).digest('hex'), file.sha256, file.path);
        assert.ok(bytes.equals(contents[index] ?? Buffer.alloc(0)));
      }
    },
  };
}

async function finish(child: ChildProcess): Promise<z.infer<typeof Results>> {
  assert.ok(child.stdout !== null);
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  assert.equal(code, 0);
  return Results.parse(JSON.parse(output));
}

/** Pseudo-random numbers 0 … 1, the same every time. */
function* randoms(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

void test('killed with -9 at twenty random points, a download of several files stays within its bound of bytes', async (t) => {
  const fixture = await ready(t, 48_000_000, 4);
  const { hub, sizeBytes } = fixture;
  hub.fault({ path: '/storage/', kind: 'rate', bytesPerSecond: 6_000_000 });
  const random = randoms(20);
  let kills = 0;
  let results: z.infer<typeof Results> | undefined;
  for (let round = 1; round <= 20 && results === undefined; round += 1) {
    // Some die before their first flush, some after several.
    const point = hub.stats().bytes + random.next().value * 18_000_000;
    const child = fixture.start();
    const finished = finish(child).catch(() => undefined);
    await until(
      () => hub.stats().bytes >= point || child.exitCode !== null || undefined,
      () => `${point} bytes sent`,
      2,
    );
    if (child.exitCode !== null) {
      results = await finished;
      break;
    }
    child.kill('SIGKILL');
    await finished;
    kills += 1;
  }
  hub.clearFaults();
  results ??= await finish(fixture.start());
  await fixture.assertAllRight();
  assert.equal(kills, 20);
  const lost = hub.stats().bytes - sizeBytes;
  t.diagnostic(`${kills} kills of ${sizeBytes} bytes made ${lost} come twice`);
  assert.ok(lost <= kills * defaultTuning.connections * lostPerConnection, `${lost} bytes came twice`);
  // What was flushed did not come again: without that, twenty rounds would have cost more than the files.
  assert.ok(results.some(({ resumedBytes, reusedFiles }) => resumedBytes > 0 || reusedFiles > 0));
});

void test('two processes that fetch the same files share the download', async (t) => {
  const fixture = await ready(t, 12_000_000, 2);
  fixture.hub.fault({ path: '/storage/', kind: 'rate', bytesPerSecond: 6_000_000 });
  const both = await Promise.all([finish(fixture.start()), finish(fixture.start())]);
  await fixture.assertAllRight();
  assert.equal(fixture.hub.stats().bytes, fixture.sizeBytes);
  const fetched = both.flat().reduce((sum, result) => sum + result.fetchedBytes, 0);
  assert.equal(fetched, fixture.sizeBytes);
});

void test('a process that waits for another one continues at once from its bytes when that is killed', async (t) => {
  const fixture = await ready(t, 40_000_000, 1);
  const { hub, sizeBytes } = fixture;
  hub.fault({ path: '/storage/', kind: 'rate', bytesPerSecond: 5_000_000 });
  const first = fixture.start();
  await untilSent(hub, 1);
  const second = fixture.start();
  await untilSent(hub, sizeBytes / 2);
  first.kill('SIGKILL');
  hub.clearFaults();
  const [result] = await finish(second);
  await fixture.assertAllRight();
  assert.ok((result?.resumedBytes ?? 0) > 0, 'nothing was taken over');
  assert.equal((result?.resumedBytes ?? 0) + (result?.fetchedBytes ?? 0), sizeBytes);
});
