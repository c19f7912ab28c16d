import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { openOutputs, type Outputs } from '../../../activities/outputs/outputs.js';
import { temporaryFolder } from '../../support/folder.js';
import { openTestStore } from '../../support/s3-store.js';
import { s3Server } from '../../support/s3.js';

async function textOf(blocks: AsyncIterable<Buffer>): Promise<string> {
  const read: Buffer[] = [];
  for await (const block of blocks) read.push(block);
  return Buffer.concat(read).toString('utf8');
}

/** Writes, replaces and reads results. */
async function check(outputs: Outputs, folder: string): Promise<void> {
  assert.equal(await outputs.read('metrics.jsonl'), undefined);
  assert.equal(await textOf(outputs.blocks('metrics.jsonl')), '');
  await outputs.write('metrics.jsonl', 'one\n');
  await outputs.write('metrics.jsonl', 'zwölf\n');
  assert.equal(await outputs.read('metrics.jsonl'), 'zwölf\n');
  assert.equal(await textOf(outputs.blocks('metrics.jsonl')), 'zwölf\n');
  const large = 'x'.repeat(20_000_000);
  await writeFile(join(folder, 'large'), large);
  await outputs.copy('train.jsonl', join(folder, 'large'));
  assert.equal((await textOf(outputs.blocks('train.jsonl'))) === large, true);
}

void test('results in a folder are written and replaced whole, and read as text and as blocks', async (t) => {
  const folder = await temporaryFolder(t);
  const store = await openStore(join(folder, 'store'));
  const outputs = openOutputs(store, join(folder, 'runs', 'r'));
  await check(outputs, folder);
  assert.equal(outputs.placeOf('metrics.jsonl'), join(folder, 'runs', 'r', 'metrics.jsonl'));
  assert.equal(await readFile(outputs.placeOf('metrics.jsonl'), 'utf8'), 'zwölf\n');
});

void test('results in a bucket are written and replaced whole, and read as text and as blocks', async (t) => {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  const outputs = openOutputs(store, `${s3.place}/runs/r`);
  await check(outputs, await temporaryFolder(t));
  assert.equal(outputs.placeOf('metrics.jsonl'), `${s3.place}/runs/r/metrics.jsonl`);
  assert.equal(await readFile(join(s3.bucketDir, 'store/runs/r/metrics.jsonl'), 'utf8'), 'zwölf\n');
});

void test('a folder of one machine is refused where the store is in a bucket, and a bucket where it is not', async (t) => {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  assert.throws(() => openOutputs(store, '/work/runs/r'), {
    type: 'RecipeError',
    message: `With the store ${s3.place} there can be no results in /work/runs/r`,
    remedy: /Set HEADRACE_STORE also where the run is started/,
  });
  assert.throws(() => openOutputs(store, `${s3.place}-other/runs/r`), { type: 'RecipeError' });
  const local = await openStore(await temporaryFolder(t));
  assert.throws(() => openOutputs(local, 's3://b/runs/r'), { type: 'RecipeError' });
});
