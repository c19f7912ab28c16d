import assert from 'node:assert/strict';
import { mkdir, open, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import type { ArtifactStore } from '../../../activities/artifacts/store.js';
import { openStore } from '../../../activities/artifacts/open-store.js';
import {
  mixSources,
  type MixRecipe,
  type MixSourcesOptions,
  type MixSourcesResult,
} from '../../../client/mix/mix-sources.js';
import { MixMeta } from '../../../activities/mix/format/mix-artifact.js';
import { traceLine } from '../../../client/mix/trace-line.js';
import { chatLines, resolveLocal, sourceOf, workbench } from '../../support/local-sources.js';
import { quietWork } from '../../support/work.js';
import { resolveAll, threeSourceRecipe, writeThreeSources } from './three-sources.js';

const bench = await workbench();
const files = await writeThreeSources(await bench.folder());
const outputs = ['train.jsonl', 'heldout.jsonl', 'manifest.json', 'rejects.jsonl'];

interface Mixed extends MixSourcesResult {
  readonly texts: readonly string[];
  readonly store: ArtifactStore;
  readonly out: string;
}
async function mixed(
  recipe: MixRecipe,
  options: Partial<MixSourcesOptions> & { readonly fresh?: boolean } = {},
): Promise<Mixed> {
  const store =
    options.fresh === true ? await openStore(await bench.folder()) : (options.store ?? bench.store);
  const out = await bench.folder();
  const resolutions = await resolveAll(store, files);
  const result = await mixSources(recipe, {
    threads: new ThreadPool(2),
    out,
    resolutions,
    work: quietWork(),
    ...options,
    store,
  });
  const texts = await Promise.all(outputs.map((name) => readFile(join(out, name), 'utf8')));
  return { ...result, texts, store, out };
}
const linesOf = (text: string | undefined): readonly string[] => (text ?? '').split('\n').slice(0, -1);

void test('threads and the sizes of pieces, buckets and partitions change no byte of any output', async () => {
  const reference = await mixed(threeSourceRecipe(), { fresh: true, threads: new ThreadPool(1) });
  for (const options of [
    { threads: new ThreadPool(3), pieceBytes: 5_000, bucketBytes: 3_000, partitionBytes: 20_000 },
    { threads: new ThreadPool(2), pieceBytes: 300_000, bucketBytes: 20_000, partitionBytes: 40_000 },
  ])
    assert.deepEqual((await mixed(threeSourceRecipe(), { ...options, fresh: true })).texts, reference.texts);
});

void test('the same data in another folder gives the same bytes, and no result contains the folder', async () => {
  const here = await mixed(threeSourceRecipe());
  const elsewhere = await bench.folder();
  const store = await openStore(await bench.folder());
  const resolutions = await resolveAll(store, await writeThreeSources(elsewhere));
  const out = await bench.folder();
  await mixSources(threeSourceRecipe(), {
    store,
    threads: new ThreadPool(1),
    out,
    resolutions,
    work: quietWork(),
  });
  const texts = await Promise.all(outputs.map((name) => readFile(join(out, name), 'utf8')));
  assert.deepEqual(texts, here.texts);
  assert.ok(texts.every((text) => !text.includes(elsewhere)));
});

void test('a smaller cap is a subset of a larger one, in the same order', async () => {
  const small = linesOf((await mixed(threeSourceRecipe(40))).texts[0]);
  const large = linesOf((await mixed(threeSourceRecipe(200))).texts[0]);
  const kept = new Set(small);
  assert.deepEqual(
    large.filter((line) => kept.has(line)),
    small,
  );
  assert.ok(small.length < large.length);
});

void test('the second run of a recipe with other caps converts nothing', async () => {
  const store = await openStore(await bench.folder());
  const first = await mixed(threeSourceRecipe(40), { store });
  const second = await mixed(threeSourceRecipe(100), { store, rowsPerSource: 30 });
  assert.equal(first.reusedPieces, 0);
  assert.equal(second.reusedPieces, second.pieces);
  assert.ok(second.composition.sources.every(({ kept }) => kept === 30));
});

void test('the composition accounts for every row, and names who won a duplicate', async () => {
  const { composition } = await mixed(threeSourceRecipe());
  for (const row of composition.sources)
    assert.equal(
      row.read,
      row.filtered +
        row.rejected +
        row.duplicates +
        row.heldout +
        row.heldoutUnused +
        row.notSelected +
        row.kept,
    );
  assert.deepEqual(
    composition.sources.map(({ duplicatesBy }) => duplicatesBy),
    [{}, { a: 200, b: 10 }, { b: 50 }],
  );
  const shares = composition.sources.reduce((sum, { realisedShare }) => sum + realisedShare, 0);
  assert.ok(Math.abs(shares - 1) < 1e-9);
});

void test('no prompt is on both sides', async () => {
  const { texts } = await mixed(threeSourceRecipe());
  const prompts = (text: string | undefined) =>
    new Set(linesOf(text).map((line) => /question \d+/.exec(line)?.[0]));
  const train = prompts(texts[0]);
  assert.ok(prompts(texts[1]).size > 0);
  for (const prompt of prompts(texts[1])) assert.ok(!train.has(prompt));
});

void test('every line of both files is traced to the line that it was made of', async () => {
  const { texts, mix, store } = await mixed(threeSourceRecipe(), { pieceBytes: 7_000 });
  for (const [side, text] of [
    ['train', texts[0]],
    ['heldout', texts[1]],
  ] as const)
    for (const [index, line] of linesOf(text).entries()) {
      if (index % 37 !== 0) continue;
      const origin = await traceLine(store, mix, index + 1, side);
      assert.ok(origin !== undefined && files.get(origin.source)?.includes(origin.path));
      const source = (await readFile(origin.path, 'utf8')).split('\n')[origin.row - 1];
      assert.equal(/question \d+/.exec(source ?? '')?.[0], /question \d+/.exec(line)?.[0]);
    }
  assert.equal(await traceLine(store, mix, linesOf(texts[0]).length + 1), undefined);
});

void test('beside each line stands the number of its source', async () => {
  const { texts, mix, store } = await mixed(threeSourceRecipe());
  const artifact = await store.get(mix);
  const numbers = await readFile(await store.placeOf(artifact, 'train.sources.bin'));
  const lines = linesOf(texts[0]);
  assert.equal(numbers.length, 2 * lines.length);
  assert.deepEqual(MixMeta.parse(artifact.meta).sources, ['a', 'b', 'c']);
  lines.forEach((line, index) => {
    const question = Number(/question (\d+)/.exec(line)?.[1]);
    const source = numbers.readUInt16LE(2 * index);
    assert.ok(question < 600 ? source === 0 : question < 900 ? source === 1 : source === 2);
  });
});

void test('changes to the results in `out` do not reach the store', async () => {
  const first = await mixed(threeSourceRecipe());
  await writeFile(join(first.out, 'train.jsonl'), 'mine\n', { flag: 'a' });
  const second = await mixed(threeSourceRecipe());
  assert.equal(second.texts[0], first.texts[0]);
  assert.ok((await readdir(first.out)).every((name) => !name.endsWith('.tmp')));
});

void test('a run whose bytes rotted on disk is noticed before it gets into the mix', async () => {
  const store = await openStore(await bench.folder());
  await mixed(threeSourceRecipe(10), { store });
  const pieces = join(store.place, 'artifacts', 'piece');
  for (const path of await readdir(pieces, { recursive: true })) {
    if (!path.endsWith('.lines')) continue;
    const handle = await open(join(pieces, path), 'r+');
    for (let at = 60; at < (await handle.stat()).size; at += 50) await handle.write('#', at);
    await handle.close();
  }
  await assert.rejects(mixed(threeSourceRecipe(100), { store }), {
    type: 'ArtifactCorruptError',
    message: /run-0\.lines/,
  });
});

void test('an index whose bytes rotted on disk is noticed before it decides anything', async () => {
  const store = await openStore(await bench.folder());
  await mixed(threeSourceRecipe(10), { store });
  const pieces = join(store.place, 'artifacts', 'piece');
  for (const path of await readdir(pieces, { recursive: true })) {
    if (!path.endsWith('.index')) continue;
    const handle = await open(join(pieces, path), 'r+');
    for (let at = 45; at < 6400; at += 640) await handle.write('#', at);
    await handle.close();
  }
  await assert.rejects(mixed(threeSourceRecipe(100), { store, partitionBytes: 100_000 }), {
    type: 'ArtifactCorruptError',
    message: /run-0\.index/,
  });
});

void test('an aborted run leaves nothing behind, and the next one gives the same bytes', async () => {
  const reference = await mixed(threeSourceRecipe());
  const store = await openStore(await bench.folder());
  const resolutions = await resolveAll(store, files);
  for (const pieces of [0, 3, 9]) {
    const abort = new AbortController();
    let seen = 0;
    const work = {
      signal: abort.signal,
      progress: () => {
        seen += 1;
        if (seen > pieces) abort.abort(new Error('stop'));
      },
    };
    const call = {
      store,
      threads: new ThreadPool(2),
      pieceBytes: 9_000,
      out: await bench.folder(),
      resolutions,
      work,
    };
    await assert.rejects(mixSources(threeSourceRecipe(), call), { message: 'stop' });
    assert.deepEqual(await readdir(join(store.place, 'tmp')), []);
  }
  const after = await mixed(threeSourceRecipe(), { store, pieceBytes: 9_000 });
  assert.ok(after.reusedPieces > 0);
  assert.deepEqual(after.texts, reference.texts);
});

void test('adding data moves no row across the held-out split', async () => {
  const dir = await bench.folder();
  const path = join(dir, 'd.jsonl');
  const side = async (rows: number, seed: number): Promise<ReadonlySet<string>> => {
    await writeFile(path, chatLines(0, rows));
    const resolutions = new Map([['d', await resolveLocal(bench.store, [path])]]);
    const recipe = { seed, sources: [sourceOf('d')], heldout: { fraction: 0.2 }, mix: {} };
    const out = await bench.folder();
    await mixSources(recipe, {
      store: bench.store,
      threads: new ThreadPool(1),
      out,
      resolutions,
      work: quietWork(),
    });
    return new Set(linesOf(await readFile(join(out, 'heldout.jsonl'), 'utf8')));
  };
  const [few, many] = [await side(100, 1), await side(300, 2)];
  for (const line of few) assert.ok(many.has(line));
  const added = [...many].filter((line) => !few.has(line));
  assert.ok(added.every((line) => Number(/question (\d+)/.exec(line)?.[1]) >= 100));
});

void test('shares that cannot be met stop the run with the reason', async () => {
  const recipe = threeSourceRecipe();
  const everything = { ...recipe, heldout: { fraction: 1 } };
  await assert.rejects(mixed(everything), {
    type: 'MixError',
    message: /nothing that a share could be a share of/,
  });
});

void test('results are put in the place of older ones whole', async () => {
  const dir = await bench.folder();
  const out = join(dir, 'new', 'folder');
  await mkdir(dir, { recursive: true });
  const store = bench.store;
  const resolutions = await resolveAll(store, files);
  const call = { store, threads: new ThreadPool(1), out, resolutions, work: quietWork() };
  const { train } = await mixSources(threeSourceRecipe(), call);
  const reader = await open(train.path, 'r');
  await mixSources(threeSourceRecipe(10), call);
  assert.equal((await reader.readFile()).length, train.bytes);
  await reader.close();
  await rename(train.path, `${train.path}.old`);
});
