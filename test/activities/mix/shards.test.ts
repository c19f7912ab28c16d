import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import { mixSources } from '../../../client/mix/mix-sources.js';
import { traceLine } from '../../../client/mix/trace-line.js';
import { sha256 } from '../../../files/sha256.js';
import { workbench } from '../../support/local-sources.js';
import { quietWork } from '../../support/work.js';
import { resolveAll, threeSourceRecipe, writeThreeSources } from './three-sources.js';

const bench = await workbench();
const resolutions = await resolveAll(bench.store, await writeThreeSources(await bench.folder()));

async function mixed(shards?: number | 'auto') {
  const out = await bench.folder();
  const recipe = { ...threeSourceRecipe(), mix: shards === undefined ? {} : { shards } };
  const options = { store: bench.store, threads: new ThreadPool(2), out, resolutions, work: quietWork() };
  const result = await mixSources(recipe, options);
  return { ...result, out, names: await readdir(out) };
}

void test('shard after shard is train.jsonl, whatever their number, and each is known by its SHA-256', async () => {
  const whole = await mixed('auto');
  const text = await readFile(join(whole.out, 'train.jsonl'), 'utf8');
  for (const shards of [1, 3, 8]) {
    const { out, names, train } = await mixed(shards);
    const own = names.filter((name) => name.startsWith('train'));
    assert.equal(own.length, shards);
    assert.ok(own.every((name, at) => name === `train-0000${at}-of-0000${shards}.jsonl`));
    const texts = await Promise.all(own.map((name) => readFile(join(out, name), 'utf8')));
    assert.ok(texts.every((each) => each.endsWith('\n')));
    assert.equal(texts.join(''), text);
    assert.equal(train.sha256, whole.train.sha256);
    assert.equal(train.path, join(out, own[0] ?? ''));
    const manifest: unknown = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));
    const listed = texts.map((each, at) => ({
      name: own[at],
      lines: each.split('\n').length - 1,
      bytes: Buffer.byteLength(each),
      sha256: sha256(each).toString('hex'),
    }));
    assert.deepEqual((manifest as { readonly train_shards?: unknown }).train_shards, listed);
  }
});

void test('a line of shards is traced by its number in the whole', async () => {
  const [whole, sharded] = [await mixed(), await mixed(4)];
  for (const line of [1, 2, 500, whole.train.lines])
    assert.deepEqual(
      await traceLine(bench.store, sharded.mix, line),
      await traceLine(bench.store, whole.mix, line),
    );
});
