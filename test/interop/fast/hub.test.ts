import assert from 'node:assert/strict';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { z } from 'zod';
import { startHub, type Hub } from '../../../dev/hub/index.js';
import {
  big,
  branched,
  filesOf,
  hidden,
  layHub,
  lmsys,
  magpie,
  missing,
  prosocial,
  renamedFrom,
  tokens,
} from '../support/hub-fixture.js';
import { pythonEnvironment, type PythonEnvironment } from '../../../dev/python/environment.js';
import { runProgram, runScript, type Finished } from '../support/run-python.js';
import { temporaryFolder } from '../../support/folder.js';

/** The official `huggingface_hub` and `datasets`, unchanged, against the local Hub. */

const gatedFile = 'data/train-00000-of-00003-e70a01ebfe0a7bf9.parquet';
const token = 'hf_demo';

let dir = '';
let root = '';
let hub: Hub;
let environment: PythonEnvironment;
before(async () => {
  environment = await pythonEnvironment('hub');
  dir = await temporaryFolder();
  root = join(dir, 'hub');
  await layHub(root);
  // Two entries a page, so that clients have to follow pages.
  hub = await startHub({ root, tokens, pageSize: 2 });
});
after(async () => {
  await hub?.close();
});

/** Variables of a client whose cache is its own; everything else is as a user would have it. */
function clientEnvironment(cache: string): Record<string, string> {
  return {
    HF_ENDPOINT: hub.url,
    HF_HOME: join(dir, `home-${cache}`),
    HF_HUB_DISABLE_PROGRESS_BARS: '1',
    HF_HUB_DISABLE_TELEMETRY: '1',
  };
}

async function hf(cache: string, env: Record<string, string>, ...args: string[]): Promise<Finished> {
  const { python, binDir } = environment;
  return runProgram(python, [join(binDir, 'hf'), ...args], { ...clientEnvironment(cache), ...env });
}

const datasetDir = (id: string): string => join(root, 'datasets', id);
const digests = async (folder: string): Promise<Record<string, string>> =>
  Object.fromEntries((await filesOf(folder)).map(({ path, sha256 }) => [path, sha256]));

const Outcome = z.object({
  value: z.unknown().optional(),
  error: z.string().optional(),
  derives: z.array(z.string()).default([]),
  status: z.number().nullish(),
  said: z.string().default(''),
});

function assertRefused(
  outcome: z.infer<typeof Outcome> | undefined,
  error: string,
  status: number | null,
  said: RegExp,
): void {
  assert.ok(outcome !== undefined);
  assert.equal(outcome.error, error, outcome.said);
  assert.equal(outcome.status ?? null, status, outcome.said);
  assert.match(outcome.said, said);
}

const Listed = z.object({
  path: z.string(),
  size: z.number(),
  blob: z.string(),
  sha256: z.string().nullable(),
});
const HubApi = z.object({
  version: z.string(),
  user: z.string(),
  id: z.string(),
  author: z.string(),
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  gated: z.tuple([z.literal(false), z.literal('manual')]),
  cardConfigs: z.array(z.string()),
  siblings: z.array(z.string()),
  idOtherwiseSpelled: z.string(),
  idRenamed: z.string(),
  files: z.array(Listed),
  folder: z.array(z.string()),
  pathsInfo: z.array(z.string()),
  branches: z.array(z.string()),
  converts: z.array(z.string()),
  tags: z.array(z.string()),
  filesOfBranch: z.array(Listed),
  filesOfTag: z.array(Listed),
  found: z.array(z.string()),
  exists: z.array(z.boolean()),
});

void test('HfApi returns what a dataset is, which files it has, and what they hash to', async (t) => {
  const told = await runScript(HubApi, environment, 'hub_api.py', clientEnvironment('api'), {
    dataset: magpie,
    gated: lmsys,
    branched,
    renamedFrom,
    token,
    search: 'magpie-llama',
  });
  t.diagnostic(`huggingface_hub ${told.version}`);
  const files = await filesOf(datasetDir(magpie));
  assert.equal(told.user, 'demo');
  assert.deepEqual([told.id, told.author], [magpie, 'Magpie-Align']);
  assert.deepEqual([told.idOtherwiseSpelled, told.idRenamed], [magpie, branched]);
  assert.deepEqual(told.cardConfigs, ['default']);
  assert.deepEqual(
    told.siblings,
    files.map(({ path }) => path),
  );
  assert.deepEqual(
    told.files.map(({ path, size, sha256 }) => ({ path, size, sha256 })),
    files.map(({ path, size, sha256 }) => ({
      path,
      size,
      sha256: path.endsWith('.parquet') ? sha256 : null,
    })),
  );
  assert.equal(told.files[0]?.blob, files[0]?.gitOid);
  assert.deepEqual(
    told.folder,
    files.map(({ path }) => path).filter((path) => path.startsWith('data/')),
  );
  assert.deepEqual(told.pathsInfo.sort(), ['README.md', 'data']);
  assert.deepEqual(told.branches, ['refs/heads/main']);
  assert.deepEqual(told.converts, ['refs/convert/parquet']);
  assert.deepEqual(told.tags, ['refs/tags/v1']);
  const [ofBranch] = await filesOf(`${datasetDir(branched)}@parquet`);
  const [ofTag] = await filesOf(`${datasetDir(branched)}@v1`);
  assert.deepEqual(
    [told.filesOfBranch, told.filesOfTag].map(([file]) => file?.blob),
    [ofBranch?.gitOid, ofTag?.gitOid],
  );
  assert.deepEqual(told.found, [magpie]);
  assert.deepEqual(told.exists, [true, false, false, true, false]);
});

void test('every refusal becomes the exception that the client has for it', async () => {
  const told = await runScript(
    z.record(z.string(), Outcome.nullable()),
    environment,
    'hub_refusals.py',
    clientEnvironment('refusals'),
    {
      open: prosocial,
      gated: lmsys,
      gatedFile,
      missing,
      private: hidden,
      token,
      otherToken: 'hf_other',
      pendingToken: 'hf_waiting',
    },
  );
  const of = (name: string): z.infer<typeof Outcome> => told[name] ?? assert.fail(`${name} did not fail`);
  assertRefused(of('gatedAnonymous'), 'GatedRepoError', 401, /restricted.*Please log in/);
  assertRefused(of('gatedNotAccepted'), 'GatedRepoError', 403, /not in the authorized list/);
  assertRefused(of('gatedPending'), 'GatedRepoError', 403, /awaiting a review/);
  assertRefused(of('gatedSnapshot'), 'GatedRepoError', 401, /restricted/);
  assert.equal(of('gatedListing').value, 4);
  assertRefused(of('missingWithToken'), 'RepositoryNotFoundError', 404, /Repository Not Found/);
  assertRefused(of('missingFileOfMissing'), 'RepositoryNotFoundError', 404, /Repository Not Found/);
  assertRefused(of('missingAnonymous'), 'HfHubHTTPError', 401, /Invalid username or password/);
  assertRefused(of('missingAnonymousOverHttps'), 'RepositoryNotFoundError', 401, /Repository Not Found/);
  assertRefused(of('missingFileAnonymousOverHttps'), 'RepositoryNotFoundError', 401, /Repository Not Found/);
  assertRefused(of('privateToOthers'), 'RepositoryNotFoundError', 404, /Repository Not Found/);
  assert.equal(of('privateToOwner').value, true);
  assertRefused(of('noRevision'), 'RevisionNotFoundError', 404, /Invalid rev id: none/);
  assertRefused(of('noRevisionToDownload'), 'RevisionNotFoundError', 404, /Invalid rev id: none/);
  assertRefused(of('noEntry'), 'RemoteEntryNotFoundError', 404, /Entry Not Found/);
  assertRefused(of('unknownToken'), 'HfHubHTTPError', 401, /Invalid user token/);
  assertRefused(of('unknownTokenToDownload'), 'HfHubHTTPError', 401, /Invalid credentials/);
});

const Downloaded = z.object({
  repositories: z.record(
    z.string(),
    z.object({ commit: z.string(), files: z.record(z.string(), z.string()), blobs: z.array(z.string()) }),
  ),
  singles: z.array(z.string()),
});

void test('snapshots and single files arrive with the right bytes under the right etags', async () => {
  const repositories = [prosocial, lmsys, magpie];
  const singles = [
    { repository: branched, path: 'train.jsonl', revision: 'refs/convert/parquet' },
    { repository: branched, path: 'train.jsonl', revision: 'v1' },
    { repository: renamedFrom, path: 'train.jsonl', revision: 'main' },
  ];
  const env = clientEnvironment('download');
  const input = { repositories, singles, token };
  const told = await runScript(Downloaded, environment, 'hub_download.py', env, input);
  for (const repository of repositories) {
    const got = told.repositories[repository];
    const files = await filesOf(datasetDir(repository));
    assert.deepEqual(got?.files, await digests(datasetDir(repository)), repository);
    assert.deepEqual(
      got?.blobs,
      files.map(({ path, sha256, gitOid }) => (path.endsWith('.parquet') ? sha256 : gitOid)).sort(),
    );
  }
  const expected = ['@parquet', '@v1', ''].map(async (suffix) => filesOf(datasetDir(branched) + suffix));
  assert.deepEqual(
    told.singles,
    (await Promise.all(expected)).map(([file]) => file?.sha256),
  );
  const served = hub.stats().bytes;
  assert.deepEqual(await runScript(Downloaded, environment, 'hub_download.py', env, input), told);
  assert.equal(hub.stats().bytes, served, 'the second time everything is in the cache');
});

void test('the hf command downloads, verifies its cache, and reports what is wrong', async () => {
  const folder = join(dir, 'local');
  await mkdir(folder);
  const open = await hf('cli', {}, 'download', magpie, '--repo-type', 'dataset', '--local-dir', folder);
  assert.equal(open.code, 0, open.stderr);
  await rm(join(folder, '.cache'), { recursive: true });
  assert.deepEqual(await digests(folder), await digests(datasetDir(magpie)));

  const gated = await hf('cli', { HF_TOKEN: token }, 'download', lmsys, '--repo-type', 'dataset');
  assert.equal(gated.code, 0, gated.stderr);
  const verified = await hf('cli', {}, 'cache', 'verify', lmsys, '--repo-type', 'dataset');
  assert.equal(verified.code, 0, verified.stderr);
  assert.match(verified.stdout, /All checksums match/);
  const me = await hf('cli', { HF_TOKEN: token }, 'auth', 'whoami');
  assert.match(me.stdout, /demo/);

  const refused = await hf(
    'cli-refused',
    { HF_TOKEN: 'hf_other' },
    'download',
    lmsys,
    '--repo-type',
    'dataset',
  );
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /requires approval/);
  const absent = await hf('cli', { HF_TOKEN: token }, 'download', missing, '--repo-type', 'dataset');
  assert.equal(absent.code, 1);
  assert.match(absent.stderr, /not found/i);
});

void test('a download that is cut is continued by range', async () => {
  hub.resetStats();
  const path = '/storage/.*blob.bin';
  const cut = hub.fault({ path, kind: 'drop-after', bytes: 15_000_000 });
  const { code, stderr } = await hf(
    'cut',
    {},
    'download',
    big,
    '--repo-type',
    'dataset',
    '--local-dir',
    join(dir, 'big'),
  );
  assert.equal(code, 0, stderr);
  assert.equal(cut(), 1);
  const ranges = hub.requests().filter(({ origin }) => origin === 'storage');
  assert.deepEqual(
    ranges.map(({ range }) => range),
    [undefined, 'bytes=10485760-'],
  );
  await rm(join(dir, 'big', '.cache'), { recursive: true });
  assert.deepEqual(await digests(join(dir, 'big')), await digests(datasetDir(big)));
});

const Loaded = z.object({
  version: z.string(),
  splits: z.record(z.string(), z.record(z.string(), z.number())),
  streamed: z.number(),
  oneFile: z.number(),
  slice: z.number(),
  otherwiseSpelled: z.number(),
  branch: z.number(),
  gatedAnonymous: Outcome,
  gatedNotAccepted: Outcome,
  missing: Outcome,
  noRevision: Outcome,
});

void test('load_dataset gives every row of the demo corpora, from JSON and from parquet', async (t) => {
  const out = join(dir, 'rows');
  await mkdir(out);
  const told = await runScript(Loaded, environment, 'hub_datasets.py', clientEnvironment('datasets'), {
    repositories: [prosocial, magpie, lmsys],
    prosocial,
    magpie,
    lmsys,
    branched,
    missing,
    token,
    otherToken: 'hf_other',
    out,
  });
  t.diagnostic(`datasets ${told.version}`);
  assert.deepEqual(Object.keys(told.splits[prosocial] ?? {}).sort(), ['test', 'train', 'validation']);
  const loaded = async (name: string): Promise<unknown[]> => jsonLines(join(out, `${name}.jsonl`));
  for (const [split, file] of Object.entries({ train: 'train', validation: 'valid', test: 'test' }))
    assert.deepEqual(
      await loaded(`${prosocial.replace('/', '_')}.${split}`),
      await jsonLines(join(datasetDir(prosocial), `${file}.json`)),
      split,
    );
  for (const repository of [magpie, lmsys])
    assert.deepEqual(
      await loaded(`${repository.replace('/', '_')}.train`),
      await parquetRows(join(datasetDir(repository), 'data')),
      repository,
    );
  assert.equal(told.streamed, told.splits[lmsys]?.['train']);
  assert.equal(told.oneFile * 2, told.splits[magpie]?.['train']);
  assert.equal(told.otherwiseSpelled, told.splits[magpie]?.['train']);
  assert.deepEqual([told.slice, told.branch], [10, 5]);
  assertRefused(told.gatedAnonymous, 'DatasetNotFoundError', null, /gated dataset.*must be authenticated/);
  assertRefused(told.gatedNotAccepted, 'DatasetNotFoundError', null, /gated dataset.*ask for access/);
  assertRefused(told.missing, 'DatasetNotFoundError', null, /doesn't exist on the Hub/);
  assertRefused(told.noRevision, 'DatasetNotFoundError', null, /Revision 'none' doesn't exist/);
});

void test('no client has sent its token to the origin where the files are', () => {
  assert.equal(hub.stats().authorizationsAtStorage, 0);
});

async function jsonLines(path: string): Promise<unknown[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line): unknown => JSON.parse(line));
}

/** The rows of a folder's parquet files as JSON has them, read by the decoder that Headrace uses. */
async function parquetRows(folder: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (const { path } of await filesOf(folder))
    rows.push(
      ...(await parquetReadObjects({ file: await asyncBufferFromFile(join(folder, path)), compressors })),
    );
  return rows.map((row): unknown =>
    JSON.parse(
      JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
    ),
  );
}
