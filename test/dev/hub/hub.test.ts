import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import {
  datasetInfo,
  downloadFile,
  fileDownloadInfo,
  listDatasets,
  listFiles,
  pathsInfo,
  whoAmI,
} from '@huggingface/hub';
import { startHub, type Hub, type HubOptions } from '../../../dev/hub/index.js';
import { temporaryFolder } from '../../support/folder.js';

const big = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 251));
const files: Readonly<Record<string, string | Buffer>> = {
  'datasets/Own/Data/README.md': '---\nlicense: mit\n---\n',
  'datasets/Own/Data/data/train-00000-of-00001.parquet': big,
  'datasets/Own/Data/plain.jsonl': '{"a":1}\n',
  'datasets/Own/Data.hub.json':
    '{"renamedFrom":["old/data","olddata"],"branches":{"refs/convert/parquet":"Data@p"},"tags":{"v1":"Data@p"}}',
  'datasets/Own/Data@p/default/train/0000.parquet': 'x',
  'datasets/Own/Gated/train.jsonl': '{}\n',
  'datasets/Own/Gated.hub.json': '{"gated":"auto"}',
  'datasets/Own/Manual/train.jsonl': '{}\n',
  'datasets/Own/Manual.hub.json': '{"gated":"manual"}',
  'models/Own/Model/config.json': '{}',
};

async function started(
  t: TestContext,
  options: Partial<HubOptions> = {},
): Promise<Hub & { readonly root: string }> {
  const root = await temporaryFolder(t);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  const hub = await startHub({ root, ...options });
  t.after(() => hub.close());
  return { ...hub, root };
}

const dataset = { type: 'dataset', name: 'Own/Data' } as const;
const train = 'data/train-00000-of-00001.parquet';
const sha256 = createHash('sha256').update(big).digest('hex');

void test('@huggingface/hub lists, describes and downloads from it', async (t) => {
  const hub = await started(t, { pageSize: 2 });
  const hubUrl = hub.url;
  const listed: string[] = [];
  for await (const entry of listFiles({ repo: dataset, recursive: true, hubUrl })) listed.push(entry.path);
  assert.deepEqual(listed, ['README.md', 'data', train, 'plain.jsonl']);
  const [info] = await pathsInfo({ repo: dataset, paths: [train], hubUrl });
  assert.equal(info?.lfs?.oid, sha256);
  const download = await fileDownloadInfo({ repo: dataset, path: train, hubUrl });
  assert.equal(download?.size, big.length);
  const blob = await downloadFile({ repo: dataset, path: train, hubUrl, xet: false });
  assert.ok(Buffer.from((await blob?.arrayBuffer()) ?? new ArrayBuffer(0)).equals(big));
  const plain = await downloadFile({ repo: dataset, path: 'plain.jsonl', hubUrl, xet: false });
  assert.equal(await plain?.text(), '{"a":1}\n');
  const user = await whoAmI({ accessToken: 'hf_demo', hubUrl });
  assert.equal(user.name, 'demo');
  const found: string[] = [];
  for await (const entry of listDatasets({ search: { query: 'DATA' }, hubUrl })) found.push(entry.name);
  assert.deepEqual(found, ['Own/Data']);
  const model = await fileDownloadInfo({ repo: 'Own/Model', path: 'config.json', hubUrl });
  assert.equal(model?.size, 2);
});

void test('a commit is a hash of the files: the same while they stay, another when one changes', async (t) => {
  const hub = await started(t);
  const commit = async (revision = 'main'): Promise<string> => {
    const info = await datasetInfo({
      name: 'Own/Data',
      revision,
      additionalFields: ['sha'],
      hubUrl: hub.url,
    });
    return String(info.sha);
  };
  const first = await commit();
  assert.equal(await commit(), first);
  assert.equal(await commit(first), first);
  assert.notEqual(await commit('refs/convert/parquet'), first);
  assert.equal(await commit('v1'), await commit('refs/convert/parquet'));
  await writeFile(join(hub.root, 'datasets/Own/Data/plain.jsonl'), '{"a":2}\n');
  assert.notEqual(await commit(), first);
});

void test('a commit that a change has replaced has no files, whether a file came or changed in its place', async (t) => {
  const hub = await started(t);
  const info = await datasetInfo({ name: dataset.name, additionalFields: ['sha'], hubUrl: hub.url });
  const statusOf = async (path: string): Promise<number> =>
    (await fetch(`${hub.url}/datasets/${dataset.name}/resolve/${info.sha}/${path}`)).status;
  assert.equal(await statusOf('plain.jsonl'), 200);
  await writeFile(join(hub.root, 'datasets/Own/Data/plain.jsonl'), '{"a":2,"b":3}\n');
  assert.equal(await statusOf('plain.jsonl'), 404);
  await writeFile(join(hub.root, 'datasets/Own/Data/plain.jsonl'), '{"a":1}\n');
  assert.equal(await statusOf('plain.jsonl'), 200);
  await writeFile(join(hub.root, 'datasets/Own/Data/data/.hidden.jsonl'), '{}\n');
  assert.equal(await statusOf('plain.jsonl'), 404);
});

void test('ids in another case and old ids redirect to the canonical one', async (t) => {
  const hub = await started(t);
  for (const id of ['own/data', 'OLD/data', 'olddata']) {
    const answer = await fetch(`${hub.url}/api/datasets/${id}`, { redirect: 'manual' });
    assert.equal(answer.status, 307);
    assert.equal(answer.headers.get('location'), '/api/datasets/Own/Data');
  }
  const file = await fetch(`${hub.url}/datasets/own/DATA/resolve/main/plain.jsonl`);
  assert.equal(await file.text(), '{"a":1}\n');
});

void test('refusals carry the status, code and words of the real Hub', async (t) => {
  const hub = await started(t);
  const cases: readonly [
    path: string,
    token: string | undefined,
    status: number,
    code: string | null,
    said: RegExp,
  ][] = [
    ['/api/datasets/Own/None', undefined, 401, null, /Invalid username or password/],
    ['/api/datasets/Own/None', 'hf_demo', 404, 'RepoNotFound', /Repository not found/],
    ['/api/datasets/Own/Data', 'hf_bad', 401, null, /Invalid credentials in Authorization header/],
    ['/api/datasets/Own/Data/revision/x', undefined, 404, 'RevisionNotFound', /Invalid rev id: x/],
    ['/datasets/Own/Data/resolve/main/x', undefined, 404, 'EntryNotFound', /Entry not found/],
    [
      '/datasets/Own/Gated/resolve/main/train.jsonl',
      undefined,
      401,
      'GatedRepo',
      /must have access to it and be authenticated/,
    ],
    [
      '/datasets/Own/Gated/resolve/main/train.jsonl',
      'hf_demo',
      403,
      'GatedRepo',
      /not in the authorized list/,
    ],
    ['/api/whoami-v2', undefined, 401, null, /Invalid username or password/],
  ];
  for (const [path, token, status, code, said] of cases) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await fetch(hub.url + path, { headers });
    assert.equal(answer.status, status, path);
    assert.equal(answer.headers.get('x-error-code'), code, path);
    assert.match(answer.headers.get('x-error-message') ?? '', said);
    assert.match(await answer.text(), said);
  }
  const tree = await fetch(`${hub.url}/api/datasets/Own/Gated/tree/main`);
  assert.equal(tree.status, 200, 'a gated dataset can be listed');
});

void test('asking for access opens an automatic gate and leaves a manual one pending', async (t) => {
  const hub = await started(t);
  const headers = { authorization: 'Bearer hf_demo' };
  for (const [name, status] of [
    ['Gated', 200],
    ['Manual', 403],
  ] as const) {
    await fetch(`${hub.url}/datasets/Own/${name}/ask-access`, { method: 'POST', headers });
    const answer = await fetch(`${hub.url}/datasets/Own/${name}/resolve/main/train.jsonl`, { headers });
    assert.equal(answer.status, status);
    if (status === 403) assert.match(await answer.text(), /awaiting a review/);
  }
});

void test('an LFS file redirects to a signed URL of another origin, with its commit, hash and size', async (t) => {
  const hub = await started(t);
  const answer = await fetch(`${hub.url}/datasets/Own/Data/resolve/main/${train}`, {
    method: 'HEAD',
    redirect: 'manual',
  });
  assert.equal(answer.status, 302);
  assert.match(answer.headers.get('x-repo-commit') ?? '', /^[0-9a-f]{40}$/);
  assert.equal(answer.headers.get('x-linked-etag'), `"${sha256}"`);
  assert.equal(answer.headers.get('x-linked-size'), String(big.length));
  const location = answer.headers.get('location') ?? '';
  assert.ok(location.startsWith(`${hub.storageUrl}/`));
  assert.equal((await fetch(location)).status, 200);
  assert.equal((await fetch(location.replace(/Signature=../, 'Signature=zz'))).status, 403);
  assert.equal((await fetch(location.replace(/Expires=\d/, 'Expires=9'))).status, 403);
});

void test('ranges are served, and If-Range gets the whole file where it has changed', async (t) => {
  const hub = await started(t);
  const url = `${hub.url}/datasets/Own/Data/resolve/main/${train}`;
  const part = await fetch(url, { headers: { range: 'bytes=10-19' } });
  assert.equal(part.status, 206);
  assert.equal(part.headers.get('content-range'), `bytes 10-19/${big.length}`);
  assert.ok(Buffer.from(await part.arrayBuffer()).equals(big.subarray(10, 20)));
  const tail = await fetch(url, { headers: { range: 'bytes=-5' } });
  assert.ok(Buffer.from(await tail.arrayBuffer()).equals(big.subarray(-5)));
  assert.equal((await fetch(url, { headers: { range: `bytes=${big.length}-` } })).status, 416);
  const same = await fetch(url, { headers: { range: 'bytes=0-0', 'if-range': `"${sha256}"` } });
  assert.equal(same.status, 206);
  const other = await fetch(url, { headers: { range: 'bytes=0-0', 'if-range': '"other"' } });
  assert.equal(other.status, 200);
  await other.arrayBuffer();
});

void test('faults are armed over HTTP, strike as often as requested, and bytes are counted', async (t) => {
  const hub = await started(t);
  const arm = (fault: object): Promise<Response> =>
    fetch(`${hub.url}/dev/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    });
  const url = `${hub.url}/datasets/Own/Data/resolve/main/${train}`;
  assert.equal((await arm({ path: 'x', kind: 'nonsense' })).status, 400);
  assert.equal((await arm({ path: '(', kind: 'expire-url' })).status, 400);
  await arm({ path: '/storage/', kind: 'drop-after', bytes: 1000 });
  await assert.rejects(fetch(url).then((answer) => answer.arrayBuffer()));
  await arm({ path: '/storage/', kind: 'corrupt', offset: 5 });
  const corrupt = Buffer.from(await (await fetch(url)).arrayBuffer());
  assert.deepEqual([corrupt[4], corrupt[5]], [4, 5 ^ 0xff]);
  await arm({ path: '/storage/', kind: 'expire-url' });
  assert.equal((await fetch(url)).status, 403);
  await arm({ path: '/resolve/', kind: 'status', status: 429, retryAfterSeconds: 3 });
  const busy = await fetch(url);
  assert.equal(busy.status, 429);
  assert.equal(busy.headers.get('retry-after'), '3');
  await arm({ path: '/storage/', kind: 'stall', bytes: 10 });
  await assert.rejects(
    fetch(url, { signal: AbortSignal.timeout(300) }).then((answer) => answer.arrayBuffer()),
  );
  assert.ok(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(big));
  const stats = (await (await fetch(`${hub.url}/dev/stats`)).json()) as ReturnType<Hub['stats']>;
  assert.equal(stats.files[`datasets/Own/Data/${train}`]?.bytes, 1000 + big.length + 10 + big.length);
  assert.equal(stats.requests.hub, 6);
});

void test('content hashes are kept in the state folder', async (t) => {
  const stateDir = await temporaryFolder(t);
  const hub = await started(t, { stateDir });
  const list = async (url: string): Promise<string> =>
    (await fetch(`${url}/api/datasets/Own/Data/tree/main?recursive=true`)).text();
  const before = await list(hub.url);
  await hub.close();
  const again = await startHub({ root: hub.root, stateDir });
  t.after(() => again.close());
  assert.equal(await list(again.url), before);
});
