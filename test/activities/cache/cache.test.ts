import assert from 'node:assert/strict';
import { readFile, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findGarbage, removeGarbage } from '../../../client/cache/collect.js';
import { surveyStore } from '../../../client/cache/survey.js';
import { removeDamaged, verifyStore } from '../../../client/cache/verify.js';
import { readResolution } from '../../../activities/hub/resolve/resolution.js';
import type { ArtifactStore } from '../../../activities/artifacts/store.js';
import { openStore } from '../../../activities/artifacts/open-store.js';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { sourcePath } from '../../support/source-path.js';
import { downloadAll, resolve, someBytes, startFixture, type Fixture } from '../../support/hub.js';

const day = 86_400_000;
const longAgo = new Date(Date.now() - 90 * day);

async function withDownload(
  t: Parameters<typeof startFixture>[0],
): Promise<Fixture & { readonly path: string }> {
  const fixture = await startFixture(t, {
    'datasets/o/n/data/train-00000-of-00001.parquet': someBytes(100_000),
    'datasets/o/n/test.jsonl': '{"a":1}\n',
  });
  const found = await resolve(fixture, { dataset: 'o/n' });
  await downloadAll(fixture, fixture.activities(), found);
  const { meta, files } = await readResolution(fixture.store, found.resolution);
  const [file] = files;
  assert.ok(file !== undefined);
  return { ...fixture, path: await sourcePath(fixture.store, meta, file) };
}

async function addArtifact(store: ArtifactStore, kind: ArtifactRef['kind'], key: string): Promise<string> {
  const artifact = await store.put({ kind, key: key.repeat(64) }, async (dir) => {
    await writeFile(join(dir, 'data'), 'x'.repeat(5000));
    return {};
  });
  return dirname(await store.placeOf(artifact, 'data'));
}

async function age(path: string): Promise<void> {
  await utimes(path, longAgo, longAgo);
}

void test('a survey lists files, their sizes, and the runs that use them', async (t) => {
  const fixture = await withDownload(t);
  const { repositories, artifacts } = await surveyStore(fixture.store);
  assert.deepEqual(
    repositories.map(({ id, kind, files }) => [id, kind, files.map((file) => [file.sizeBytes, file.kind])]),
    [['o/n', 'dataset', [[100_000, 'file']]]],
  );
  const [use] = repositories[0]?.files[0]?.uses ?? [];
  assert.equal(use?.out, fixture.out);
  assert.equal(use?.source, 'corpus');
  assert.deepEqual(
    artifacts.map(({ kind }) => kind),
    ['resolution'],
  );
});

void test('what is old and unused goes, and records, young things and what a young run names stay', async (t) => {
  const fixture = await withDownload(t);
  const { store, path } = fixture;
  const [oldPiece, newPiece, record] = [
    await addArtifact(store, 'piece', 'a'),
    await addArtifact(store, 'piece', 'b'),
    await addArtifact(store, 'record', 'c'),
  ];
  await age(join(oldPiece, 'manifest.json'));
  await age(join(record, 'manifest.json'));
  await age(path);
  const part = join(dirname(path), `${'d'.repeat(64)}.part`);
  await writeFile(part, 'half');
  await age(part);
  const { garbage } = await findGarbage(store, 30, new Date());
  assert.deepEqual(garbage.map((item) => item.path).sort(), [oldPiece, part].sort());
  await removeGarbage(store, garbage);
  await assert.rejects(stat(oldPiece), /ENOENT/);
  await stat(newPiece);
  await stat(record);
  await stat(path);

  // When the run that named it is old, too, the file goes.
  const { garbage: later } = await findGarbage(store, 30, new Date(Date.now() + 60 * day));
  assert.ok(later.some((item) => item.path === path));
  assert.ok(!later.some((item) => item.path === record));
});

void test('what was used between the look and the removal stays', async (t) => {
  const fixture = await withDownload(t);
  const { store } = fixture;
  const dir = await addArtifact(store, 'piece', 'a');
  await age(join(dir, 'manifest.json'));
  const { garbage } = await findGarbage(store, 30, new Date());
  assert.equal(garbage.length, 1);
  assert.ok((await store.find({ kind: 'piece', key: 'a'.repeat(64) })) !== undefined);
  assert.deepEqual(await removeGarbage(store, garbage), []);
  await stat(dir);
});

void test('reading the store without marking use leaves its times of use', async (t) => {
  const fixture = await withDownload(t);
  const dir = await addArtifact(fixture.store, 'piece', 'a');
  await age(join(dir, 'manifest.json'));
  const looking = await openStore(fixture.store.place, { marksUse: false });
  await surveyStore(looking);
  await verifyStore(looking, () => undefined);
  assert.ok((await stat(join(dir, 'manifest.json'))).mtimeMs < longAgo.getTime() + 1000);
});

void test('a damaged file and a damaged artifact are found, and made again after they were removed', async (t) => {
  const fixture = await withDownload(t);
  const { store, path } = fixture;
  assert.deepEqual((await verifyStore(store, () => undefined)).damaged, []);
  const bytes = await readFile(path);
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  await writeFile(path, bytes);
  const dir = await addArtifact(store, 'piece', 'a');
  await writeFile(join(dir, 'data'), 'short');
  const { damaged, files, artifacts } = await verifyStore(store, () => undefined);
  assert.deepEqual(damaged.map((each) => each.path).sort(), [dir, path].sort());
  assert.deepEqual([files, artifacts], [1, 2]);
  await removeDamaged(store, damaged);
  assert.deepEqual(await readdir(dirname(path)), []);
  const again = await resolve(fixture, { dataset: 'o/n' });
  const [result] = await downloadAll(fixture, fixture.activities(), again);
  assert.equal(result?.fetchedBytes, 100_000);
});
