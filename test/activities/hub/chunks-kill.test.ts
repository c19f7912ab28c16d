import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { putResolution, readResolution, wantedFile } from '../../../activities/hub/resolve/resolution.js';
import { resolve, someBytes, startFixture } from '../../support/hub.js';
import { s3Server } from '../../support/s3.js';
import { until } from '../../support/until.js';

const childPath = fileURLToPath(new URL('./download-child.js', import.meta.url));
const size = 50_000_000;
const chunkBytes = 1_000_000;
const connections = 3;
const kills = 20;
const served = 'datasets/o/n/data/train-00000-of-00001.parquet';

void test('machines that are killed in turn fetch at most the chunks under way twice', async (context) => {
  const bytes = someBytes(size, 9);
  const s3 = await s3Server(context);
  const fixture = await startFixture(context, { [served]: bytes });
  const found = await readResolution(fixture.store, (await resolve(fixture, { dataset: 'o/n' })).resolution);
  const store = await openStore(s3.place, { env: s3.env });
  const resolution = await putResolution(store, found.meta, found);
  const [file] = found.files;
  assert.ok(file?.sha256 !== undefined);
  const { sha256 } = file;
  const blobDir = join(s3.bucketDir, 'store/blobs', sha256.slice(0, 2), sha256);
  const chunks = async (): Promise<number> =>
    (await readdir(blobDir).catch(() => [])).filter((name) => name !== 'whole').length;
  fixture.hub.resetStats();
  fixture.hub.fault({ path: '/storage/', kind: 'rate', bytesPerSecond: 2_500_000 });
  const sent = (): number => fixture.hub.stats().bytes;
  const start = (machine: number): ChildProcess =>
    spawn(process.execPath, [childPath, s3.place, fixture.hub.url, resolution.key], {
      env: { ...process.env, ...s3.env, HEADRACE_CACHE: join(fixture.dir, `cache-${machine}`) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });

  for (let kill = 1; kill <= kills; kill += 1) {
    const from = sent();
    const child = start(kill % 2);
    const ended = once(child, 'exit');
    await until(
      () => sent() >= from + 1_700_000 || child.exitCode !== null || undefined,
      () => `bytes before kill ${kill}`,
      2,
    );
    assert.equal(child.exitCode, null, 'the child ended before it was killed');
    child.kill('SIGKILL');
    await ended;
  }
  const present = await chunks();
  const last = start(0);
  let text = '';
  last.stdout?.on('data', (chunk: Buffer) => (text += String(chunk)));
  const [code] = (await once(last, 'close')) as [number | null];
  assert.equal(code, 0);
  const result = JSON.parse(text) as { resumedBytes: number; fetchedBytes: number };
  assert.equal(result.resumedBytes, present * chunkBytes);
  assert.equal(result.fetchedBytes, size - result.resumedBytes);
  const lost = sent() - size;
  assert.ok(lost <= kills * connections * chunkBytes, `${lost} bytes came twice`);
  await store.bring([wantedFile(found.meta, file)], async ([path = '']) =>
    assert.ok((await readFile(path)).equals(bytes)),
  );
});
