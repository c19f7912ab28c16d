import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ObjectOutputs } from '../../../activities/outputs/object-outputs.js';
import { openOutputs } from '../../../activities/outputs/outputs.js';
import {
  bringResults,
  type Brought,
  type BringResultsOptions,
} from '../../../client/results/bring-results.js';
import type { FileDigest } from '../../../core/contracts/mix.js';
import { temporaryFolder } from '../../support/folder.js';
import { bytesOf, openTestStore } from '../../support/s3-store.js';
import { s3Server, type TestS3 } from '../../support/s3.js';

const segmentBytes = 64 << 10;

const hex = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

const digestOf = (bytes: Uint8Array): FileDigest => ({ lines: 1, bytes: bytes.length, sha256: hex(bytes) });

interface Results {
  readonly s3: TestS3;
  readonly outputs: ObjectOutputs;
  readonly folder: string;
  readonly train: Buffer;
  readonly bring: (over?: Partial<BringResultsOptions>) => Promise<Brought>;
  readonly put: (name: string, content: string | Uint8Array) => Promise<void>;
}

/** A run's results in a bucket: a train.jsonl of twenty segments and what is beside it. */
async function resultsOf(t: TestContext): Promise<Results> {
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  const outputs = openOutputs(store, `${s3.place}/runs/r`);
  assert.ok(outputs instanceof ObjectOutputs);
  const folder = join(await temporaryFolder(t), 'runs', 'r');
  const train = bytesOf('train', 20 * segmentBytes - 5);
  const scratch = join(await temporaryFolder(t), 'content');
  const put = async (name: string, content: string | Uint8Array): Promise<void> => {
    await writeFile(scratch, content);
    await outputs.copy(name, scratch);
  };
  await put('train.jsonl', train);
  await put('heldout.jsonl', '');
  await put('report.html', '<p>');
  await put(
    'manifest.json',
    JSON.stringify({ mix_rule: 2, train: digestOf(train), heldout_file: digestOf(Buffer.alloc(0)) }),
  );
  const bring: Results['bring'] = async (over = {}) =>
    await bringResults(outputs, {
      folder,
      partsOf: () => Promise.reject(new Error('not asked for')),
      onProgress: () => undefined,
      signal: new AbortController().signal,
      segmentBytes,
      ...over,
    });
  return { s3, outputs, folder, train, bring, put };
}

const howOf = ({ files }: Brought): Record<string, string> =>
  Object.fromEntries(files.map(({ name, how, checked }) => [name, `${how}, ${checked}`]));

void test('results are brought whole, those of the mix by their SHA-256, and stay where they are there already', async (t) => {
  const { s3, folder, train, bring, put } = await resultsOf(t);
  assert.deepEqual(howOf(await bring()), {
    'heldout.jsonl': 'fetched, sha256',
    'report.html': 'fetched, size',
    'train.jsonl': 'fetched, sha256',
    'manifest.json': 'fetched, size',
  });
  assert.ok(train.equals(await readFile(join(folder, 'train.jsonl'))));
  assert.deepEqual((await readdir(folder)).sort(), [
    'heldout.jsonl',
    'manifest.json',
    'report.html',
    'train.jsonl',
  ]);
  await put('report.html', '<b>');
  s3.proxy.resetCounts();
  const again = howOf(await bring());
  assert.equal(again['report.html'], 'fetched, size');
  assert.equal(again['train.jsonl'], 'already there, sha256');
  assert.equal(s3.proxy.counts().GetObject?.requests, 3, 'the manifest, read first, and both young files');
  assert.equal(await readFile(join(folder, 'report.html'), 'utf8'), '<b>');
});

void test('a file without a SHA-256 is fetched again where its object is as young as the file, and stays where it is older', async (t) => {
  const { s3, folder, bring } = await resultsOf(t);
  await bring();
  assert.equal(howOf(await bring())['report.html'], 'fetched, size');
  const hourAgo = new Date(Date.now() - 3_600_000);
  const [object] = await readdir(s3.bucketDir, { recursive: true }).then((names) =>
    names.filter((name) => name.endsWith('report.html')),
  );
  await utimes(join(s3.bucketDir, object ?? ''), hourAgo, hourAgo);
  assert.equal(howOf(await bring())['report.html'], 'fetched, size');
  assert.equal(howOf(await bring())['report.html'], 'already there, size');
  assert.equal(await readFile(join(folder, 'report.html'), 'utf8'), '<p>');
});

void test('what was interrupted continues from the bytes that are there, and a file has its name when it is whole', async (t) => {
  const { s3, folder, train, bring } = await resultsOf(t);
  const stop = new AbortController();
  const onProgress: BringResultsOptions['onProgress'] = ({ label, done }) => {
    if (label === 'train.jsonl' && done >= 15 * segmentBytes) stop.abort(new Error('stopped'));
  };
  await assert.rejects(bring({ onProgress, signal: stop.signal }), /stopped/);
  assert.ok(!(await readdir(folder)).includes('train.jsonl'));
  s3.proxy.resetCounts();
  const brought = await bring();
  assert.equal(howOf(brought)['train.jsonl'], 'resumed, sha256');
  const requests = s3.proxy.counts().GetObject?.requests ?? 0;
  assert.ok(requests <= 15, `${requests} requests for 20 segments`);
  assert.ok(train.equals(await readFile(join(folder, 'train.jsonl'))));
});

void test('bytes that are wrong on their way are fetched again, and wrong ones in the store are an error that names both files', async (t) => {
  const { s3, folder, train, bring } = await resultsOf(t);
  const corrupted = s3.proxy.fault({
    kind: 'corrupt',
    operation: 'GetObject',
    path: /train\.jsonl/,
    offset: 100,
    times: 1,
  });
  await bring();
  assert.equal(corrupted(), 1);
  assert.ok(train.equals(await readFile(join(folder, 'train.jsonl'))));
  await rm(folder, { recursive: true });
  const object = join(s3.bucketDir, 'store/runs/r/train.jsonl');
  const changed = Buffer.from(train);
  changed[70_000] = (changed[70_000] ?? 0) ^ 1;
  await writeFile(object, changed);
  await assert.rejects(bring(), {
    type: 'ArtifactCorruptError',
    message: /runs\/r\/train\.jsonl does not have the SHA-256 that s3:.*manifest\.json names/,
    remedy: /start the run again/,
  });
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.includes('train')),
    [],
  );
  await rm(object);
  await assert.rejects(bring(), {
    type: 'ArtifactMissingError',
    message: /runs\/r\/train\.jsonl is gone/,
    remedy: /lifecycle rule/,
  });
});

void test('shards have their own digests, a large file that of its parts, and older files of the mix stay away', async (t) => {
  const { bring, put, train } = await resultsOf(t);
  const partBytes = [100_000, 0, train.length - 100_000];
  let at = 0;
  const parts = partBytes.map((bytes) => train.subarray(at, (at += bytes)));
  const large: FileDigest = {
    lines: 2,
    bytes: train.length,
    sha256: null,
    parts_sha256: hex(parts.map((part) => `${hex(part)}\n`).join('')),
  };
  const names = ['train-00000-of-00002.jsonl', 'train-00001-of-00002.jsonl'];
  await put(names[0] ?? '', train);
  await put(names[1] ?? '', 'small\n');
  await put('notes/by-hand.txt', 'x');
  const shards = [
    { name: names[0], ...large },
    { name: names[1], ...digestOf(Buffer.from('small\n')) },
  ];
  const manifest = { train: large, train_shards: shards, heldout_file: digestOf(Buffer.alloc(0)) };
  await put('manifest.json', JSON.stringify(manifest));
  const brought = await bring({ partsOf: () => Promise.resolve(partBytes) });
  assert.equal(howOf(brought)[names[0] ?? ''], 'fetched, sha256');
  assert.deepEqual(brought.skipped.map(({ name }) => name).sort(), ['notes/by-hand.txt', 'train.jsonl']);
  await assert.rejects(bring({ partsOf: () => Promise.resolve([train.length]) }), {
    type: 'ArtifactCorruptError',
  });
});

void test('a run without results, a folder that cannot be made and a second process are errors with what to do', async (t) => {
  const { s3, bring, folder } = await resultsOf(t);
  const inFile = join(await temporaryFolder(t), 'file');
  await writeFile(inFile, '');
  await assert.rejects(bring({ folder: join(inFile, 'runs') }), { type: 'UsageError', remedy: /--to DIR/ });
  let second: Promise<unknown> | undefined;
  await bring({
    onProgress: () => {
      second ??= bring().catch((error: unknown) => error);
    },
  });
  const refused = await second;
  assert.ok(refused instanceof Error, String(refused));
  assert.match(refused.message, /Another process brings results into/);
  await rm(join(s3.bucketDir, 'store/runs'), { recursive: true });
  await assert.rejects(bring({ folder }), { type: 'UsageError', message: /no results .* yet/ });
});
