import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ObjectOutputs } from '../../../activities/outputs/object-outputs.js';
import { openOutputs } from '../../../activities/outputs/outputs.js';
import { ignoreMissing } from '../../../files/errno.js';
import { namesIn } from '../../../files/names-in.js';
import { temporaryFolder } from '../../support/folder.js';
import { bytesOf, openTestStore } from '../../support/s3-store.js';
import { s3Server } from '../../support/s3.js';
import { until } from '../../support/until.js';

const childPath = fileURLToPath(new URL('./bring-child.js', import.meta.url));
const segmentBytes = 1 << 20;
/** As `growFile` has it: what a killed process can have fetched in vain. */
const segmentsAtOnce = 6;
const size = 60 * segmentBytes + 4_321;
const kills = 6;
const Files = z.array(z.object({ name: z.string(), how: z.string() }));

const hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

void test('a process that is killed again and again fetches the segments under way twice, no others, and shows no torn file', async (t) => {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  const out = `${s3.place}/runs/r`;
  const outputs = openOutputs(store, out);
  assert.ok(outputs instanceof ObjectOutputs);
  const train = bytesOf('train', size);
  const content = join(await temporaryFolder(t), 'content');
  await writeFile(content, train);
  await outputs.copy('train.jsonl', content);
  await outputs.write('heldout.jsonl', '');
  const digestOf = (bytes: Uint8Array): object => ({ lines: 1, bytes: bytes.length, sha256: hex(bytes) });
  const manifest = { mix_rule: 2, train: digestOf(train), heldout_file: digestOf(Buffer.alloc(0)) };
  await outputs.write('manifest.json', JSON.stringify(manifest));

  // Of an earlier run: it is there until the new one is whole.
  const folder = join(await temporaryFolder(t), 'runs');
  await mkdir(folder);
  const older = bytesOf('older', 1_000);
  await writeFile(join(folder, 'train.jsonl'), older);
  const partBytes = async (): Promise<number> => {
    const part = (await namesIn(folder)).find((name) => /^\.train\.jsonl\..*\.part$/.test(name));
    return part === undefined ? 0 : ((await stat(join(folder, part)).catch(ignoreMissing))?.size ?? 0);
  };
  const start = (): ChildProcess =>
    spawn(process.execPath, [childPath, out, folder, String(segmentBytes)], {
      env: { ...process.env, ...s3.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  // Slow enough for a kill to meet the middle of the file.
  s3.proxy.fault({ kind: 'delay', operation: 'GetObject', path: /train\.jsonl/, ms: 50 });
  s3.proxy.resetCounts();
  for (let kill = 1; kill <= kills; kill += 1) {
    const from = await partBytes();
    const child = start();
    const ended = once(child, 'exit');
    await until(
      async () => {
        assert.equal(child.exitCode, null, `the child ended before kill ${kill}`);
        return (await partBytes()) >= from + 3 * segmentBytes || undefined;
      },
      () => `bytes before kill ${kill}`,
      2,
    );
    child.kill('SIGKILL');
    await ended;
    assert.ok((await readFile(join(folder, 'train.jsonl'))).equals(older), 'the name has the older file');
  }
  const reached = await partBytes();
  assert.ok(reached < size, 'every kill met the middle of the file');

  const last = start();
  let text = '';
  last.stdout?.on('data', (chunk: Buffer) => (text += String(chunk)));
  const closed = once(last, 'close');
  // The name has the older file or the whole new one, at every look.
  const sizes = new Set<number>();
  while (last.exitCode === null) sizes.add((await stat(join(folder, 'train.jsonl'))).size);
  const [code] = (await closed) as [number | null];
  assert.equal(code, 0);
  for (const each of sizes) assert.ok(each === older.length || each === size, `${each} bytes were shown`);
  assert.equal(Files.parse(JSON.parse(text)).find(({ name }) => name === 'train.jsonl')?.how, 'resumed');
  assert.equal(hex(await readFile(join(folder, 'train.jsonl'))), hex(train));
  assert.deepEqual((await readdir(folder)).sort(), ['heldout.jsonl', 'manifest.json', 'train.jsonl']);

  const { receivedBytes = 0 } = s3.proxy.counts().GetObject ?? {};
  const twice = receivedBytes - size;
  t.diagnostic(`${twice} bytes came twice in ${kills} kills`);
  const ofManifest = (kills + 2) * 4_096;
  assert.ok(twice <= kills * segmentsAtOnce * segmentBytes + ofManifest, `${twice} bytes came twice`);
});
