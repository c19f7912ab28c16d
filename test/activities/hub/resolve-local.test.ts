import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { test, type TestContext } from 'node:test';
import { readResolution } from '../../../activities/hub/resolve/resolution.js';
import type { ArtifactStore } from '../../../activities/artifacts/store.js';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { createHubAccess } from '../../../activities/hub/hub-access.js';
import { createHubActivities } from '../../../activities/hub/index.js';
import { noBatches } from '../../../core/batches.js';
import type { SourceResolution } from '../../../core/contracts/source.js';
import { withAbsolutePaths } from '../../../client/recipe/absolute-paths.js';
import { HeadraceError } from '../../../core/errors.js';
import { Recipe } from '../../../core/recipe.js';
import type { Progress } from '../../../core/progress.js';
import { sourceOf } from '../../support/hub.js';
import { temporaryFolder } from '../../support/folder.js';

interface Place {
  readonly dir: string;
  readonly store: ArtifactStore;
  readonly progress: Progress[];
  readonly resolve: (files: string | readonly string[]) => Promise<SourceResolution>;
}

async function place(t: TestContext, files: Readonly<Record<string, string>>): Promise<Place> {
  const dir = await temporaryFolder(t);
  await mkdir(join(dir, 'data'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(dir, 'data', name), content);
  const store = await openStore(join(dir, 'store'));
  const progress: Progress[] = [];
  const activities = createHubActivities(createHubAccess({ store, env: { HF_HOME: join(dir, 'none') } }));
  return {
    dir: join(dir, 'data'),
    store,
    progress,
    resolve: (patterns) =>
      activities.resolveSource(
        { source: sourceOf({ files: patterns }), out: join(dir, 'out') },
        { signal: new AbortController().signal, progress: (entry) => progress.push(entry) },
      ),
  };
}

void test('globs give each real file once, sorted, with its hash, and empty files are skipped and listed', async (t) => {
  const { dir, store, resolve } = await place(t, {
    'b.jsonl': 'b\n',
    'a.jsonl': 'a\n',
    'empty.jsonl': '',
    'c.txt': 'c',
  });
  await symlink(join(dir, 'a.jsonl'), join(dir, 'z.jsonl'));
  const resolution = await resolve([join(dir, '*.jsonl'), join(dir, 'b.jsonl')]);
  const { files, emptyFiles, meta } = await readResolution(store, resolution.resolution);
  assert.deepEqual(meta, { kind: 'local' });
  assert.deepEqual(
    files.map((file) => file.path),
    [join(dir, 'a.jsonl'), join(dir, 'b.jsonl')],
  );
  assert.equal(files[0]?.sha256, createHash('sha256').update('a\n').digest('hex'));
  assert.match(files[0]?.mtimeNs ?? '', /^\d{18,}$/);
  assert.deepEqual(emptyFiles, [join(dir, 'empty.jsonl')]);
  assert.equal(resolution.emptyFiles, 1);
  assert.deepEqual(resolution.notes, ['1 empty file (0 bytes) is skipped: empty.jsonl']);
  assert.deepEqual(resolution.downloads, noBatches);
  assert.equal(resolution.bytes, 4);
});

void test('a name with brackets is a path where such a file exists', async (t) => {
  const { dir, resolve } = await place(t, { 'a[1].jsonl': 'x\n' });
  assert.equal((await resolve(join(dir, 'a[1].jsonl'))).files, 1);
});

void test('an unchanged file keeps its resolution, and a changed one gets another', async (t) => {
  const { dir, store, resolve } = await place(t, { 'a.jsonl': 'one\n' });
  const path = join(dir, 'a.jsonl');
  const first = await resolve(path);
  assert.equal((await readdir(join(store.place, 'digests'))).length, 1);
  assert.deepEqual((await resolve(path)).resolution, first.resolution);
  await writeFile(path, 'two\n');
  await utimes(path, 1_700_000_000, 1_700_000_000);
  const changed = await resolve(path);
  assert.notDeepEqual(changed.resolution, first.resolution);
  const { files } = await readResolution(store, changed.resolution);
  assert.equal(files[0]?.sha256, createHash('sha256').update('two\n').digest('hex'));
});

void test('a digest that is kept is not computed again', async (t) => {
  const { dir, store, resolve } = await place(t, { 'a.jsonl': 'one\n' });
  const first = await resolve(join(dir, 'a.jsonl'));
  const [name] = await readdir(join(store.place, 'digests'));
  const kept = join(store.place, 'digests', name ?? '');
  const { files } = await readResolution(store, first.resolution);
  const { path, sizeBytes, mtimeNs } = files[0] ?? assert.fail();
  const { ino } = await stat(path);
  const planted = { path, sizeBytes, mtimeNs, inode: String(ino), sha256: '0'.repeat(64) };
  await writeFile(kept, JSON.stringify(planted));
  const second = await readResolution(store, (await resolve(path)).resolution);
  assert.equal(second.files[0]?.sha256, '0'.repeat(64));
  await writeFile(kept, 'damaged');
  assert.deepEqual((await resolve(path)).resolution, first.resolution);
});

void test('hashing reports its progress in bytes', async (t) => {
  const { dir, progress, resolve } = await place(t, { 'a.jsonl': 'x'.repeat(5_000_000), 'b.jsonl': 'y\n' });
  await resolve(join(dir, '*.jsonl'));
  assert.deepEqual(progress.at(-1), {
    stage: 'resolve',
    label: 'corpus',
    done: 5_000_002,
    total: 5_000_002,
    unit: 'bytes',
    note: 'hashing',
  });
});

void test('what matches nothing is named, with the names that are near it', async (t) => {
  const { dir, resolve } = await place(t, { 'ultrachat.jsonl': 'x\n' });
  const cases: readonly [string, RegExp][] = [
    [join(dir, 'ultarchat.jsonl'), /There is no file .*ultarchat\.jsonl; nearest in .*: ultrachat\.jsonl/],
    [join(dir, 'toefl_*.jsonl'), /No file matches .*toefl_\*\.jsonl; nearest in .*: ultrachat\.jsonl/],
    [join(dir, 'no', 'such', 'a.jsonl'), /such does not exist, only /],
    [dir, /is a folder/],
  ];
  for (const [pattern, message] of cases)
    await assert.rejects(resolve([join(dir, 'ultrachat.jsonl'), pattern]), (error) => {
      assert.ok(error instanceof HeadraceError);
      assert.equal(error.type, 'FileNotFoundError');
      assert.match(error.message, message);
      return true;
    });
});

void test('all paths that match nothing are named at once', async (t) => {
  const { dir, resolve } = await place(t, { 'a.jsonl': 'x\n' });
  await assert.rejects(resolve([join(dir, 'b.jsonl'), join(dir, 'a.jsonl'), join(dir, '*.json')]), {
    type: 'FileNotFoundError',
    message: /^There is no file .*b\.jsonl; nearest .*\. No file matches .*\*\.json; nearest .*$/,
  });
});

void test('a source of empty files only is an error', async (t) => {
  const { dir, resolve } = await place(t, { 'a.jsonl': '', 'b.jsonl': '' });
  await assert.rejects(resolve(join(dir, '*.jsonl')), /All 2 files of .* are empty/);
  await assert.rejects(resolve(join(dir, 'a.jsonl')), /a\.jsonl is empty \(0 bytes\), and there is no other/);
});

void test('signs of globs in the name of the working folder are no pattern', async (t) => {
  const { dir, store, resolve } = await place(t, {});
  const cwd = join(dir, 'My Corpora (v2) [x]{y}');
  await mkdir(join(cwd, 'data'), { recursive: true });
  await mkdir(join(cwd, 'work!'));
  for (const name of ['one.jsonl', 'two.jsonl', '[a].jsonl']) await writeFile(join(cwd, 'data', name), 'x\n');
  const found = async (from: string, files: string): Promise<readonly string[]> => {
    const recipe = Recipe.parse({ name: 'r', seed: 1, sources: [{ name: 'a', files }] });
    const absolute = withAbsolutePaths(recipe, { cwd: from, outFrom: from, store: from }).sources[0]?.files;
    const { resolution } = await resolve([absolute ?? ''].flat());
    return (await readResolution(store, resolution)).files.map(({ path }) => relative(cwd, path));
  };
  const all = ['data/[a].jsonl', 'data/one.jsonl', 'data/two.jsonl'];
  assert.deepEqual(await found(cwd, 'data/*.jsonl'), all);
  assert.deepEqual(await found(join(cwd, 'work!'), '../data/*.jsonl'), all);
  assert.deepEqual(await found(cwd, 'data/one.jsonl'), ['data/one.jsonl']);
  assert.deepEqual(await found(cwd, 'data/[a].jsonl'), ['data/[a].jsonl']);
  assert.deepEqual(await found(cwd, 'data/\\[a\\].jsonl'), ['data/[a].jsonl']);
  assert.deepEqual(await found(cwd, 'data/{one,two}.jsonl'), ['data/one.jsonl', 'data/two.jsonl']);
  await assert.rejects(found(cwd, 'data/*.json'), /nearest in .*data: /);
});
