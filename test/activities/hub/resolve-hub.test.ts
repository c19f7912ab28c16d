import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { inspectSource } from '../../../activities/hub/resolve/inspect-source.js';
import { readResolution } from '../../../activities/hub/resolve/resolution.js';
import { datasetIn, readRecipeLock } from '../../../activities/hub/resolve/recipe-lock.js';
import { batchCount } from '../../../core/batches.js';
import { HeadraceError, type ErrorType } from '../../../core/errors.js';
import { downloadAll, resolve, someBytes, sourceOf, startFixture } from '../../support/hub.js';

const magpie = 'Magpie-Align/Magpie-Llama-3.1-Pro-300K-Filtered';
const files = {
  [`datasets/${magpie}/data/train-00000-of-00002.parquet`]: someBytes(5000, 1),
  [`datasets/${magpie}/data/train-00001-of-00002.parquet`]: someBytes(4000, 2),
  'datasets/allenai/prosocial-dialog/train.json': '{"context":"a"}\n',
  'datasets/allenai/prosocial-dialog/valid.json': '{"context":"b"}\n',
  'datasets/allenai/prosocial-dialog/test.json': '',
  'datasets/lmsys/lmsys-chat-1m/data/train-00000-of-00001.parquet': someBytes(3000, 3),
  'datasets/lmsys/lmsys-chat-1m.hub.json': JSON.stringify({
    gated: 'manual',
    accepted: ['ann'],
    pending: ['pat'],
  }),
  'datasets/some/secret/train.jsonl': '{}\n',
  'datasets/some/secret.hub.json': JSON.stringify({ private: true, renamedFrom: [] }),
  'datasets/some/moved/train.jsonl': '{}\n',
  'datasets/some/moved.hub.json': JSON.stringify({ renamedFrom: ['old/name'] }),
};

async function failure(work: Promise<unknown>, type: ErrorType): Promise<HeadraceError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof HeadraceError, `no HeadraceError, but ${String(error)}`);
  assert.equal(error.type, type, error.message);
  return error;
}

void test('an id in another case resolves to the canonical id, pinned, with a note', async (t) => {
  const fixture = await startFixture(t, files);
  const asked = magpie.toLowerCase();
  const resolution = await resolve(fixture, { dataset: asked });
  assert.equal(resolution.dataset, magpie);
  assert.match(resolution.commitSha ?? '', /^[0-9a-f]{40}$/);
  assert.deepEqual(resolution.notes, [`${asked} is spelled ${magpie}`]);
  assert.equal(resolution.files, 2);
  assert.equal(resolution.bytes, 9000);
  assert.deepEqual(resolution.downloads, { items: 2, itemsPerBatch: 1, bytes: 9000 });
  const read = await readResolution(fixture.store, resolution.resolution);
  assert.deepEqual(read.meta, {
    kind: 'hub',
    dataset: magpie,
    commitSha: resolution.commitSha,
    config: 'default',
    split: 'train',
  });
  assert.ok(read.files.every((file) => file.sha256 !== undefined && file.gitOid === undefined));
});

void test('the same source resolves to the same artifact', async (t) => {
  const fixture = await startFixture(t, files);
  const first = await resolve(fixture, { dataset: magpie });
  const second = await resolve(fixture, { dataset: magpie });
  assert.deepEqual(second.resolution, first.resolution);
});

void test('a renamed id resolves to the new id, with a note', async (t) => {
  const fixture = await startFixture(t, files);
  const resolution = await resolve(fixture, { dataset: 'old/name' });
  assert.deepEqual(resolution.notes, ['old/name is now called some/moved']);
});

void test('an underscore for a hyphen is not found, and the nearest id is named', async (t) => {
  const fixture = await startFixture(t, files);
  const asked = magpie.replace('300K-F', '300K_F');
  const error = await failure(resolve(fixture, { dataset: asked }), 'DatasetNotFoundError');
  assert.match(error.message, /not found, or private/);
  assert.ok(error.message.endsWith(`The nearest that exists: ${magpie}`), error.message);
});

void test('a missing owner is named, with and without a token', async (t) => {
  const fixture = await startFixture(t, files);
  for (const env of [{}, { HF_TOKEN: 'hf_demo' }]) {
    const work = resolve(fixture, { dataset: 'prosocial_dialog' }, env);
    const error = await failure(work, 'DatasetNotFoundError');
    assert.match(error.message, /nearest that exists: allenai\/prosocial-dialog/);
  }
});

void test('a private dataset is "not found, or private", and its owner reads it', async (t) => {
  const fixture = await startFixture(t, files, { tokens: { hf_some: 'some', hf_demo: 'demo' } });
  const anonymous = await failure(resolve(fixture, { dataset: 'some/secret' }), 'DatasetNotFoundError');
  assert.match(anonymous.message, /not found, or private: without a token/);
  const work = resolve(fixture, { dataset: 'some/secret' }, { HF_TOKEN: 'hf_demo' });
  assert.match((await failure(work, 'DatasetNotFoundError')).message, /not found, or private and closed/);
  const own = await resolve(fixture, { dataset: 'some/secret' }, { HF_TOKEN: 'hf_some' });
  assert.equal(own.files, 1);
});

void test('an id that no dataset can have is refused without a request', async (t) => {
  const fixture = await startFixture(t, files);
  await failure(resolve(fixture, { dataset: '../../etc' }), 'DatasetNotFoundError');
  assert.equal(fixture.hub.stats().requests.hub, 0);
});

void test('a gated dataset gives different errors for no token, a bad token, terms not accepted and a pending request', async (t) => {
  const fixture = await startFixture(t, files);
  const dataset = 'lmsys/lmsys-chat-1m';
  const page = `${fixture.hub.url}/datasets/${dataset}`;
  const missing = await failure(resolve(fixture, { dataset }), 'HubTokenMissingError');
  assert.ok(missing.message.includes(page) && missing.remedy.includes(page));
  await failure(resolve(fixture, { dataset }, { HF_TOKEN: 'hf_wrong' }), 'HubTokenInvalidError');
  const closed = await failure(resolve(fixture, { dataset }, { HF_TOKEN: 'hf_demo' }), 'GatedDatasetError');
  assert.match(closed.message, /its terms are not accepted by the account of your token\./);
  assert.ok(closed.remedy.includes(page));
  const pending = await failure(resolve(fixture, { dataset }, { HF_TOKEN: 'hf_pat' }), 'GatedDatasetError');
  assert.match(pending.message, /is pending/);
  const open = await resolve(fixture, { dataset }, { HF_TOKEN: 'hf_ann' });
  assert.equal(open.files, 1);
});

void test('access that is granted between two tries opens the gate', async (t) => {
  const fixture = await startFixture(t, files);
  const dataset = 'lmsys/lmsys-chat-1m';
  await failure(resolve(fixture, { dataset }, { HF_TOKEN: 'hf_demo' }), 'GatedDatasetError');
  fixture.hub.accept(dataset, 'demo');
  assert.equal((await resolve(fixture, { dataset }, { HF_TOKEN: 'hf_demo' })).files, 1);
});

void test('the token is read from a file, and no error shows it', async (t) => {
  const fixture = await startFixture(t, files);
  const path = join(fixture.dir, 'token');
  await writeFile(path, 'hf_ann\n');
  const dataset = 'lmsys/lmsys-chat-1m';
  assert.equal((await resolve(fixture, { dataset }, { HF_TOKEN_PATH: path })).files, 1);
  await writeFile(path, 'hf_planted_secret');
  const error = await failure(resolve(fixture, { dataset }, { HF_TOKEN_PATH: path }), 'HubTokenInvalidError');
  assert.ok(error.message.includes(path));
  assert.ok(!`${error.message} ${error.remedy} ${String(error.cause)} ${error.stack}`.includes('planted'));
  const broken = resolve(fixture, { dataset }, { HF_TOKEN: 'hf_planted secret' });
  assert.ok(!(await failure(broken, 'HubTokenInvalidError')).message.includes('planted'));
});

void test('an unknown revision lists those there are', async (t) => {
  const fixture = await startFixture(t, {
    ...files,
    'datasets/allenai/prosocial-dialog@parquet/default/train/0000.parquet': someBytes(100),
    'datasets/allenai/prosocial-dialog.hub.json': JSON.stringify({
      branches: { 'refs/convert/parquet': 'prosocial-dialog@parquet' },
      tags: { v1: 'prosocial-dialog' },
    }),
  });
  const dataset = 'allenai/prosocial-dialog';
  const error = await failure(resolve(fixture, { dataset, revision: 'nope' }), 'RevisionNotFoundError');
  assert.match(error.message, /no revision "nope"; there are main, v1, refs\/convert\/parquet/);
  const converted = await resolve(fixture, { name: 'b', dataset, revision: 'refs/convert/parquet' });
  assert.equal(converted.files, 1);
  assert.equal(converted.bytes, 100);
});

void test('valid means validation, a missing split lists the splits, and an empty file is skipped and listed', async (t) => {
  const fixture = await startFixture(t, files);
  const dataset = 'allenai/prosocial-dialog';
  const valid = await resolve(fixture, { dataset, split: 'valid' });
  const { meta, files: listed } = await readResolution(fixture.store, valid.resolution);
  assert.deepEqual(
    listed.map((file) => file.path),
    ['valid.json'],
  );
  assert.ok(listed[0]?.gitOid !== undefined && listed[0].sha256 === undefined);
  assert.equal(meta.kind === 'hub' && meta.split, 'validation');
  const missing = await failure(resolve(fixture, { dataset, split: 'gen' }), 'SplitNotFoundError');
  assert.match(missing.message, /no split "gen"; the splits are test, train, validation/);
  const both = await resolve(fixture, { dataset, data_files: ['test.json', 'train.json'] });
  assert.equal(both.emptyFiles, 1);
  assert.match(both.notes.join(), /1 empty file \(0 bytes\) is skipped: test\.json/);
  await failure(resolve(fixture, { dataset, split: 'test' }), 'SplitNotFoundError');
});

void test('data_files that match nothing name the files there are', async (t) => {
  const fixture = await startFixture(t, files);
  const work = resolve(fixture, { dataset: 'allenai/prosocial-dialog', data_files: 'trian.json' });
  assert.match(
    (await failure(work, 'HubFileNotFoundError')).message,
    /"trian\.json" matches no file.*train\.json/,
  );
});

void test('the configs of the README choose the files', async (t) => {
  const readme = [
    '---',
    'license: odc-by',
    'configs:',
    '- config_name: en',
    '  default: true',
    '  data_files:',
    '  - split: train',
    '    path: [english/a-*, english/b.jsonl]',
    '- config_name: de',
    '  data_files: german/*.jsonl',
    '---',
    '# A dataset',
  ].join('\n');
  const fixture = await startFixture(t, {
    'datasets/o/n/README.md': readme,
    'datasets/o/n/english/a-1.jsonl': '{}\n',
    'datasets/o/n/english/b.jsonl': '{}\n',
    'datasets/o/n/english/c.jsonl': '{}\n',
    'datasets/o/n/german/x.jsonl': '{}\n',
  });
  const en = await resolve(fixture, { dataset: 'o/n' });
  const read = await readResolution(fixture.store, en.resolution);
  assert.deepEqual(
    read.files.map((file) => file.path),
    ['english/a-1.jsonl', 'english/b.jsonl'],
  );
  assert.equal((await resolve(fixture, { dataset: 'o/n', config: 'de' })).files, 1);
  const error = await failure(resolve(fixture, { dataset: 'o/n', config: 'fr' }), 'ConfigNotFoundError');
  assert.match(error.message, /no config "fr"; the configs are en, de/);
  await fixture.add({ 'datasets/o/n/README.md': '---\nconfigs: 7\n---\n' });
  const broken = await resolve(fixture, { name: 'other', dataset: 'o/n' });
  assert.match(broken.notes.join(), /README\.md of o\/n cannot be read/);
});

void test('the lock reproduces its commit after main has moved, until the request changes', async (t) => {
  const fixture = await startFixture(t, {
    'datasets/o/n@1/train.jsonl': '{"v":1}\n',
    'datasets/o/n@2/train.jsonl': '{"v":2}\n',
    'datasets/o/n/unused': '',
    'datasets/o/n.hub.json': JSON.stringify({ branches: { main: 'n@1' } }),
  });
  const first = await resolve(fixture, { dataset: 'o/n' });
  const lock = await readRecipeLock(fixture.out);
  assert.equal(datasetIn(lock.sources['corpus'])?.commit, first.commitSha);
  await fixture.add({ 'datasets/o/n.hub.json': JSON.stringify({ branches: { main: 'n@2', old: 'n@1' } }) });
  const again = await resolve(fixture, { dataset: 'O/n' });
  assert.equal(again.commitSha, first.commitSha);
  assert.deepEqual(again.resolution, first.resolution);
  assert.match(again.notes.join(), /comes from recipe\.lock\.json; main has moved/);
  const changed = await resolve(fixture, { dataset: 'o/n', split: 'train' });
  assert.notEqual(changed.commitSha, first.commitSha);
  // A commit that is gone is an error that names the lock, not another commit.
  await fixture.add({ 'datasets/o/n.hub.json': JSON.stringify({ branches: { main: 'n@1' } }) });
  const gone = await failure(resolve(fixture, { dataset: 'o/n', split: 'train' }), 'RevisionNotFoundError');
  assert.match(gone.message, /recipe\.lock\.json names it/);
});

void test('the lock holds the files with their sizes and hashes, and moves only with --update-lock, with a note of what moved', async (t) => {
  const fixture = await startFixture(t, {
    'datasets/o/n@1/a.jsonl': '{"v":1}\n',
    'datasets/o/n@1/b.jsonl': '{"v":1}\n',
    'datasets/o/n@2/a.jsonl': '{"v":22}\n',
    'datasets/o/n@2/c.jsonl': '{"v":2}\n',
    'datasets/o/n/unused': '',
    'datasets/o/n.hub.json': JSON.stringify({ branches: { main: 'n@1' } }),
  });
  const first = await resolve(fixture, { dataset: 'o/n' });
  const entry = datasetIn((await readRecipeLock(fixture.out)).sources['corpus']);
  assert.deepEqual(
    entry?.files?.map(({ path, sizeBytes, gitOid }) => [path, sizeBytes, (gitOid ?? '').length]),
    [
      ['a.jsonl', 8, 40],
      ['b.jsonl', 8, 40],
    ],
  );
  await fixture.add({ 'datasets/o/n.hub.json': JSON.stringify({ branches: { main: 'n@2', old: 'n@1' } }) });
  const source = sourceOf({ dataset: 'o/n' });
  const moved = await fixture
    .activities()
    .resolveSource({ source, out: fixture.out, updateLock: true }, fixture.work);
  assert.notEqual(moved.commitSha, first.commitSha);
  assert.match(
    moved.notes.join(),
    /the lock moves o\/n from [0-9a-f]{12} to [0-9a-f]{12}: new c\.jsonl; changed a\.jsonl; gone b\.jsonl \(16 B before, 17 B now\)/,
  );
  assert.equal(datasetIn((await readRecipeLock(fixture.out)).sources['corpus'])?.commit, moved.commitSha);
  const still = await fixture
    .activities()
    .resolveSource({ source, out: fixture.out, updateLock: true }, fixture.work);
  assert.match(still.notes.join(), /the lock stays: o\/n is still at/);
});

void test('looking at a source writes no lock and stores nothing', async (t) => {
  const fixture = await startFixture(t, files);
  const input = { source: sourceOf({ dataset: magpie }), out: fixture.out };
  const look = await inspectSource(fixture.access(), input, fixture.work);
  assert.ok(look.files.length > 0);
  assert.ok(look.files.every(({ isWhole, haveBytes }) => !isWhole && haveBytes === 0));
  assert.deepEqual((await readRecipeLock(fixture.out)).sources, {});
  const online = await resolve(fixture, { dataset: magpie });
  await downloadAll(fixture, fixture.activities(), online);
  const again = await inspectSource(fixture.access(), input, fixture.work);
  assert.ok(again.files.every(({ isWhole, haveBytes, file }) => isWhole && haveBytes === file.sizeBytes));
});

void test('columns that a filter names and the files lack are known before anything is downloaded', async (t) => {
  const row = { prompt: 'a', response: 'b' };
  const parquet = parquetWriteBuffer({
    columnData: [
      { name: 'prompt', data: [row.prompt], type: 'STRING' },
      { name: 'response', data: [row.response], type: 'STRING' },
    ],
  });
  const fixture = await startFixture(t, {
    'datasets/o/n/data/train-00000-of-00001.parquet': new Uint8Array(parquet),
  });
  const error = await failure(resolve(fixture, { dataset: 'o/n', filter: { langage: 'en' } }), 'FormatError');
  assert.match(error.message, /the filter names `langage`.*the columns are prompt, response/);
  await resolve(fixture, { dataset: 'o/n', filter: { prompt: 'a' } });
  const needed = await failure(resolve(fixture, { dataset: 'o/n', format: 'alpaca' }), 'FormatError');
  assert.match(needed.message, /the format alpaca needs `instruction`, `output`/);
});

void test('a lock that cannot be read stops the source instead of unpinning it', async (t) => {
  const fixture = await startFixture(t, files);
  await resolve(fixture, { dataset: magpie });
  await writeFile(join(fixture.out, 'recipe.lock.json'), '{"version": 1, "sour');
  const error = await failure(resolve(fixture, { dataset: magpie }), 'RecipeError');
  assert.match(error.message, /recipe\.lock\.json cannot be read/);
});

void test('sources that are resolved side by side all enter the lock', async (t) => {
  const fixture = await startFixture(t, files);
  const names = Array.from({ length: 12 }, (_, index) => `source-${index}`);
  await Promise.all(names.map((name) => resolve(fixture, { name, dataset: 'allenai/prosocial-dialog' })));
  const lock = await readRecipeLock(fixture.out);
  assert.deepEqual(Object.keys(lock.sources).sort(), [...names].sort());
});

void test('offline, the lock and the store are enough, and nothing is requested from the Hub', async (t) => {
  const fixture = await startFixture(t, files);
  const offline = { HF_HUB_OFFLINE: '1' };
  await failure(resolve(fixture, { dataset: magpie }, offline), 'ArtifactMissingError');
  const online = await resolve(fixture, { dataset: magpie });
  await downloadAll(fixture, fixture.activities(), online);
  fixture.hub.resetStats();
  const again = await resolve(fixture, { dataset: magpie }, offline);
  assert.deepEqual(again.resolution, online.resolution);
  const results = await downloadAll(fixture, fixture.activities(offline), again);
  assert.ok(results.every((result) => result.reusedFiles === 1));
  assert.deepEqual(fixture.hub.stats().requests, { hub: 0, storage: 0 });
});

void test('a dataset of thousands of files is listed to its end, and its result and its lock stay usable', async (t) => {
  const count = 3000;
  const many = Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const name = `train-${String(index).padStart(5, '0')}-of-03000.jsonl`;
      return [`datasets/o/many/data/${name}`, `{"i":${index}}\n`];
    }),
  );
  const fixture = await startFixture(t, many, { pageSize: 299 });
  const resolution = await resolve(fixture, { dataset: 'o/many' });
  assert.equal(resolution.files, count);
  assert.ok(batchCount(resolution.downloads) < 2 * 64);
  assert.ok(JSON.stringify(resolution).length <= 16_384);
  const lock = await readFile(join(fixture.out, 'recipe.lock.json'), 'utf8');
  assert.equal((await readRecipeLock(fixture.out)).sources['corpus']?.files.length, count);
  const [line] = lock.split('\n').filter((each) => each.includes('train-00017-of-'));
  assert.match(
    line ?? '',
    /^ +\{"gitOid":"[0-9a-f]{40}","path":"data\/train-00017-of-03000\.jsonl","sizeBytes":9\},$/,
  );
});

void test('a request to a busy or broken Hub is repeated, and given up after a bounded number of tries', async (t) => {
  const fixture = await startFixture(t, files);
  const busy = fixture.hub.fault({
    path: '^/api/',
    kind: 'status',
    status: 429,
    retryAfterSeconds: 0,
    times: 2,
  });
  const broken = fixture.hub.fault({ path: '/resolve/', kind: 'status', status: 503, times: 2 });
  assert.equal((await resolve(fixture, { dataset: magpie })).files, 2);
  assert.equal(busy(), 2);
  assert.equal(broken(), 2);
  fixture.hub.fault({ path: '^/api/', kind: 'status', status: 500, times: 1000 });
  const error = await failure(resolve(fixture, { dataset: magpie }), 'HubUnavailableError');
  assert.match(error.message, /answers 500 \(6 tries\)/);
});

void test('a long Retry-After is handed on instead of being sat out', async (t) => {
  const fixture = await startFixture(t, files);
  fixture.hub.fault({ path: '^/api/', kind: 'status', status: 429, retryAfterSeconds: 900 });
  const error = await failure(resolve(fixture, { dataset: magpie }), 'HubUnavailableError');
  assert.equal(error.retryAfterMs, 900_000);
});

void test('a Hub that is not there is unavailable, not missing', async (t) => {
  const fixture = await startFixture(t, files);
  const work = resolve(fixture, { dataset: magpie }, { HF_ENDPOINT: 'http://127.0.0.1:9' });
  assert.match((await failure(work, 'HubUnavailableError')).message, /Cannot reach http:\/\/127\.0\.0\.1:9/);
  const typo = resolve(fixture, { dataset: magpie }, { HF_ENDPOINT: 'huggingface.co' });
  assert.match((await failure(typo, 'RecipeError')).message, /HF_ENDPOINT is not an http\(s\) URL/);
});

void test('a listing that names a path outside the repository is refused', async (t) => {
  const fixture = await startFixture(t, files);
  const sha = 'a'.repeat(40);
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    const tree = [{ type: 'file', path: '../../../evil.jsonl', size: 3, oid: 'b'.repeat(40) }];
    const info = {
      _id: '1',
      id: 'o/n',
      sha,
      private: false,
      gated: false,
      lastModified: '2026-01-01T00:00:00Z',
    };
    response.end(JSON.stringify(request.url?.includes('/tree/') === true ? tree : info));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const env = { HF_ENDPOINT: `http://127.0.0.1:${port}` };
  const error = await failure(resolve(fixture, { dataset: 'o/n' }, env), 'HubFileNotFoundError');
  assert.match(error.message, /outside the repository or not valid/);
  await assert.rejects(readFile(join(fixture.dir, 'evil.jsonl')));
});

/** A dataset whose converted branch has these files. */
const converted = (paths: readonly string[]): Record<string, string | Uint8Array> => ({
  ...Object.fromEntries(paths.map((path) => [`datasets/o/n@converted/${path}`, someBytes(100, path.length)])),
  'datasets/o/n/data/train.jsonl': '{}\n',
  'datasets/o/n.hub.json': JSON.stringify({ branches: { 'refs/convert/parquet': 'n@converted' } }),
});
const convertedSource = { dataset: 'o/n', revision: 'refs/convert/parquet' };

void test('on the converted branch the second folder is the split, and a part of one is said to be a part', async (t) => {
  const partial = ['default/partial-train/0000.parquet', 'default/partial-train/0001.parquet'];
  const part = await startFixture(t, converted(partial));
  const some = await resolve(part, { ...convertedSource, split: 'train' });
  assert.equal(some.files, 2);
  assert.match(some.notes.join(), /"train" is read as "partial-train": the Hub has converted only a part/);
  const locked = await resolve(part, { ...convertedSource, split: 'train' });
  assert.match(locked.notes.join(), /comes from recipe\.lock\.json.*has converted only a part/);

  const four = ['train_sft', 'train_gen', 'test_sft', 'test_gen'].map(
    (name) => `default/${name}/0000.parquet`,
  );
  const several = await startFixture(t, converted(four));
  const error = await failure(resolve(several, { ...convertedSource, split: 'train' }), 'SplitNotFoundError');
  assert.match(error.message, /the splits are test_gen, test_sft, train_gen, train_sft/);

  const three = ['train', 'test', 'validation'].map((name) => `auxiliary_train/${name}/0000.parquet`);
  const auxiliary = await startFixture(t, converted(three));
  const request = { ...convertedSource, config: 'auxiliary_train', split: 'train' };
  const { resolution } = await resolve(auxiliary, request);
  const { files: chosen } = await readResolution(auxiliary.store, resolution);
  assert.deepEqual(
    chosen.map(({ path }) => path),
    ['auxiliary_train/train/0000.parquet'],
  );
});

void test('the configs in .huggingface.yaml take the place of those in README.md', async (t) => {
  const fixture = await startFixture(t, {
    'datasets/o/n/README.md': '---\nconfigs:\n- config_name: default\n  data_files: a.jsonl\n---\n',
    'datasets/o/n/.huggingface.yaml': 'configs:\n- config_name: default\n  data_files: b.jsonl\n',
    'datasets/o/n/a.jsonl': '{}\n',
    'datasets/o/n/b.jsonl': '{}\n',
  });
  const { resolution } = await resolve(fixture, { dataset: 'o/n' });
  const { files: chosen } = await readResolution(fixture.store, resolution);
  assert.deepEqual(
    chosen.map(({ path }) => path),
    ['b.jsonl'],
  );
});

void test('a lock that holds other files than the rules choose is kept, and that is said', async (t) => {
  const fixture = await startFixture(t, { 'datasets/o/n/a.jsonl': '{}\n', 'datasets/o/n/b.jsonl': '{ }\n' });
  await resolve(fixture, { dataset: 'o/n' });
  const lock = await readRecipeLock(fixture.out);
  const entry = lock.sources['corpus'];
  assert.ok(entry !== undefined);
  const one = { ...lock, sources: { corpus: { ...entry, files: entry.files.slice(0, 1) } } };
  await writeFile(join(fixture.out, 'recipe.lock.json'), JSON.stringify(one));
  const again = await resolve(fixture, { dataset: 'o/n' });
  assert.equal(again.files, 1);
  assert.match(
    again.notes.join(),
    /those of recipe\.lock\.json; without it they would be a\.jsonl, b\.jsonl/,
  );
  const input = { source: sourceOf({ dataset: 'o/n' }), out: fixture.out, updateLock: true };
  const newest = await fixture.activities().resolveSource(input, fixture.work);
  assert.equal(newest.files, 2);
});
