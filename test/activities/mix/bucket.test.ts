import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openStore } from '../../../activities/artifacts/open-store.js';
import type { ArtifactStore } from '../../../activities/artifacts/store.js';
import { PieceMeta } from '../../../activities/convert/output/piece-meta.js';
import { convertedPieces, readConversionPlan } from '../../../activities/convert/plan/conversion-plan.js';
import { MixMeta } from '../../../activities/mix/format/mix-artifact.js';
import { readMixPlan } from '../../../activities/mix/format/mix-plan.js';
import { openOutputs } from '../../../activities/outputs/outputs.js';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import { mixSources, type MixRecipe } from '../../../client/mix/mix-sources.js';
import { traceLine } from '../../../client/mix/trace-line.js';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { temporaryFolder } from '../../support/folder.js';
import { sourceOf } from '../../support/local-sources.js';
import { openTestStore } from '../../support/s3-store.js';
import { s3Server } from '../../support/s3.js';
import { quietWork } from '../../support/work.js';
import { resolveAll, threeSourceRecipe, writeThreeSources } from './three-sources.js';

const threads = new ThreadPool(2);
const small = { pieceBytes: 20_000, bucketBytes: 5_000, partitionBytes: 20_000 };
const results = ['train.jsonl', 'heldout.jsonl', 'manifest.json', 'rejects.jsonl'];

async function mixInto(
  store: ArtifactStore,
  out: string,
  files: ReadonlyMap<string, readonly string[]>,
  recipe: MixRecipe,
) {
  const resolutions = await resolveAll(store, files);
  return await mixSources(recipe, { store, threads, ...small, out, resolutions, work: quietWork() });
}

/** How many sorted runs the pieces of the source have. */
async function runsOf(
  store: ArtifactStore,
  { mix }: { readonly mix: ArtifactRef },
): Promise<readonly number[]> {
  const { plan } = MixMeta.parse((await store.get(mix)).meta);
  const { sources } = await readMixPlan(store, { kind: 'mix-plan', key: plan });
  const conversion = await readConversionPlan(store, { kind: 'conversion', key: sources[0]?.plan ?? '' });
  const pieces = await Promise.all(convertedPieces(conversion).map(({ ref }) => store.get(ref)));
  return pieces.map(({ meta }) => PieceMeta.parse(meta).sortedRuns.length);
}

async function bothWays(t: TestContext, recipe: MixRecipe, names: readonly string[]) {
  const files = await writeThreeSources(await temporaryFolder(t));
  const folder = await temporaryFolder(t);
  const local = await openStore(await temporaryFolder(t));
  const here = await mixInto(local, folder, files, recipe);
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  const out = `${store.place}/runs/mixed`;
  const there = await mixInto(store, out, files, recipe);
  const outputs = openOutputs(store, out);
  for (const name of names)
    assert.equal(await outputs.read(name), await readFile(join(folder, name), 'utf8'), name);
  return { here, there, local, store };
}

void test('a store in a bucket gives the bytes of a store in a folder, and the same origins', async (t) => {
  const { here, there, local, store } = await bothWays(t, threeSourceRecipe(), results);
  assert.deepEqual(there.composition, here.composition);
  assert.equal(there.train.sha256, here.train.sha256);
  assert.equal(there.train.path, `${store.place}/runs/mixed/train.jsonl`);
  for (const line of [1, 17, here.train.lines])
    assert.deepEqual(await traceLine(store, there.mix, line), await traceLine(local, here.mix, line));
});

void test('parts of some megabytes are joined by the service, small ones beside them are sent', async (t) => {
  const path = join(await temporaryFolder(t), 'long.jsonl');
  const text = (row: number): string => `${row} `.repeat(150_000 / `${row} `.length);
  const lines = Array.from(
    { length: 160 },
    (_, row) =>
      `{"messages":[{"role":"user","content":"${row}"},{"role":"assistant","content":"${text(row)}"}]}\n`,
  );
  await writeFile(path, lines.join(''));
  const local = await openStore(await temporaryFolder(t));
  const s3 = await s3Server(t);
  const { store } = await openTestStore(s3);
  const recipe = { seed: 3, sources: [sourceOf('long')], heldout: { fraction: 0.1 }, mix: {} };
  const sizes = { pieceBytes: 32 << 20, partitionBytes: 6 << 20 };
  const mixLong = async (into: ArtifactStore, out: string) => {
    const resolutions = await resolveAll(into, new Map([['long', [path]]]));
    return await mixSources(recipe, { store: into, threads, ...sizes, out, resolutions, work: quietWork() });
  };
  const here = await mixLong(local, await temporaryFolder(t));
  const out = `${store.place}/runs/long`;
  const there = await mixLong(store, out);
  assert.equal(there.train.sha256, here.train.sha256);
  assert.deepEqual(await runsOf(local, here), [2]);
  assert.deepEqual(await runsOf(store, there), [1], 'in a bucket the sorted runs of a piece are merged');
  assert.ok((s3.proxy.counts().UploadPartCopy?.requests ?? 0) > 0);
  assert.equal(await openOutputs(store, out).read('train.jsonl'), await readFile(here.train.path, 'utf8'));
});

void test('caps leave out rows in a bucket as in a folder', async (t) => {
  await bothWays(t, threeSourceRecipe(40), results);
});

for (const shards of [1, 3])
  void test(`${shards} ${shards === 1 ? 'shard' : 'shards'} in a bucket have the bytes of shards in a folder`, async (t) => {
    const names = Array.from({ length: shards }, (_, shard) => `train-0000${shard}-of-0000${shards}.jsonl`);
    const { there } = await bothWays(t, { ...threeSourceRecipe(), mix: { shards } }, [
      ...names,
      'heldout.jsonl',
      'manifest.json',
    ]);
    assert.equal(there.train.shards, shards);
  });
