import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { openStore } from '../../activities/artifacts/open-store.js';
import { putResolution, readResolution, wantedFile } from '../../activities/hub/resolve/resolution.js';
import { ignoreMissing } from '../../files/errno.js';
import { namesIn } from '../../files/names-in.js';
import { resolve, someBytes, startFixture } from './hub.js';
import { s3Server } from './s3.js';
import { until } from './until.js';

const childPath = fileURLToPath(new URL('../activities/hub/download-child.js', import.meta.url));
const served = 'datasets/o/n/data/train-00000-of-00001.parquet';
const Downloaded = z.object({ resumedBytes: z.number(), fetchedBytes: z.number() });

export interface KilledDownloads {
  readonly size: number;
  readonly kills: number;
  /** Of the chunks in the bucket. */
  readonly chunkBytes: number;
  /** As the child of `download-child` has it: those of tests, or of a worker. */
  readonly sizes: 'quick' | 'worker';
  /** Of each answer of the Hub. @default as fast as it goes */
  readonly bytesPerSecond?: number;
  /** Whether the moment of a kill has come. */
  readonly isTime: (kill: number, since: { readonly bytes: number; readonly chunks: number }) => boolean;
}

/**
 * Downloads a file into a bucket by two machines in turn, each of which is killed, then to its end. Asserts
 * that the last one fetches what the bucket lacks and that all bytes are right.
 *
 * @returns the bytes that came in vain.
 */
export async function killDownloads(t: TestContext, how: KilledDownloads): Promise<number> {
  const { size, kills, chunkBytes } = how;
  const bytes = someBytes(size, 9);
  const s3 = await s3Server(t);
  const fixture = await startFixture(t, { [served]: bytes });
  const found = await readResolution(fixture.store, (await resolve(fixture, { dataset: 'o/n' })).resolution);
  const store = await openStore(s3.place, { env: s3.env });
  const resolution = await putResolution(store, found.meta, found);
  const [file] = found.files;
  assert.ok(file?.sha256 !== undefined);
  const { sha256 } = file;
  const blobDir = join(s3.bucketDir, 'store/blobs', sha256.slice(0, 2), sha256);
  // versitygw also keeps what came of a chunk before its sender was killed: a download takes only whole ones.
  const chunks = async (): Promise<number> => {
    const names = (await namesIn(blobDir)).filter((name) => /^\d+$/.test(name));
    const sizes = await Promise.all(
      names.map(async (name) => (await stat(join(blobDir, name)).catch(ignoreMissing))?.size),
    );
    return sizes.filter((each) => each === chunkBytes).length;
  };
  fixture.hub.resetStats();
  const { bytesPerSecond } = how;
  if (bytesPerSecond !== undefined) fixture.hub.fault({ path: '/storage/', kind: 'rate', bytesPerSecond });
  const sent = (): number => fixture.hub.stats().bytes;
  const start = (machine: number): ChildProcess =>
    spawn(process.execPath, [childPath, s3.place, fixture.hub.url, resolution.key, how.sizes], {
      env: { ...process.env, ...s3.env, HEADRACE_CACHE: join(fixture.dir, `cache-${machine}`) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });

  for (let kill = 1; kill <= kills; kill += 1) {
    const [from, had] = [sent(), await chunks()];
    const child = start(kill % 2);
    const ended = once(child, 'exit');
    await until(
      async () => {
        const since = { bytes: sent() - from, chunks: (await chunks()) - had };
        return how.isTime(kill, since) || child.exitCode !== null || undefined;
      },
      () => `the moment of kill ${kill}`,
      2,
    );
    assert.equal(child.exitCode, null, 'the child ended before it was killed');
    child.kill('SIGKILL');
    await ended;
  }
  // The service is still storing chunks that it has got from killed machines.
  await s3.kill();
  await s3.restart();
  const present = await chunks();
  const last = start(0);
  let text = '';
  last.stdout?.on('data', (chunk: Buffer) => (text += String(chunk)));
  const [code] = (await once(last, 'close')) as [number | null];
  assert.equal(code, 0);
  const result = Downloaded.parse(JSON.parse(text));
  assert.equal(result.resumedBytes, present * chunkBytes);
  assert.equal(result.fetchedBytes, size - result.resumedBytes);
  const inVain = sent() - size;
  t.diagnostic(`${inVain} bytes came in vain in ${kills} kills`);
  await store.bring([wantedFile(found.meta, file)], async ([path = '']) =>
    assert.ok((await readFile(path)).equals(bytes)),
  );
  return inVain;
}
