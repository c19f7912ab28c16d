import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { z } from 'zod';
import { startHub, type Hub } from '../../../dev/hub/index.js';
import { pythonEnvironment, type PythonEnvironment } from '../../../dev/python/environment.js';
import { shippedHubRoot } from '../../../dev/stack/shipped.js';
import { packagePath } from '../../../files/package-path.js';
import { assertOutput, headrace } from '../../support/command.js';
import { temporaryFolder } from '../../support/folder.js';
import { writeRecipe } from '../../support/recipes.js';
import { s3Server, type TestS3 } from '../../support/s3.js';
import { filesOf, tokens } from '../support/hub-fixture.js';
import { startMoto } from '../support/moto-server.js';
import { runProgram, runScript } from '../support/run-python.js';

/** Other clients of S3 read what Headrace has written into a bucket of versitygw, and of moto. */

const corpora = packagePath('dev/corpora/data/local');
/** Reasoning, tools, weights, rejected rows, a dataset of the Hub, and lines long enough for parts. */
const yaml = `seed: 17
sources:
  - { name: helper, files: ${corpora}/helper_tools_reasoning.jsonl }
  - { name: ultrachat, files: ${corpora}/ultrachat_200k_train_sft.jsonl, max_reject_fraction: 0.02 }
  - { name: prosocial, dataset: allenai/prosocial-dialog }
  - { name: long, files: long.jsonl }
heldout: { fraction: 0.05, rows: 20 }
`;
/** The runs: the value of `mix.shards` in each, and the files that train.jsonl then is. */
const runs = {
  one: { shards: 'auto', files: ['train.jsonl'] },
  three: { shards: 3, files: [0, 1, 2].map((shard) => `train-0000${shard}-of-00003.jsonl`) },
} as const;
type RunName = keyof typeof runs;
const runNames: readonly RunName[] = ['one', 'three'];

let dir = '';
let recipe = '';
let hub: Hub;
let environment: PythonEnvironment;
before(async () => {
  environment = await pythonEnvironment('readers');
  dir = await temporaryFolder();
  hub = await startHub({ root: shippedHubRoot, tokens });
  await writeFile(join(dir, 'long.jsonl'), longConversations());
  recipe = await writeRecipe(dir, yaml);
  await mixBoth('on-disk', { HEADRACE_STORE: join(dir, 'store') });
});
after(() => hub?.close());

/** 24 MB in 160 lines. */
function longConversations(): string {
  const text = (row: number): string => `${row} `.repeat(150_000 / `${row} `.length);
  return Array.from({ length: 160 }, (_, row) => {
    const messages = [
      { role: 'user', content: `${row}?` },
      { role: 'assistant', content: text(row) },
    ];
    return `${JSON.stringify({ messages })}\n`;
  }).join('');
}

const outOf = (where: string, run: RunName): string => join(dir, where, run);

/** Does both runs. Their results are in a folder each in the end. */
async function mixBoth(where: string, env: Record<string, string>): Promise<void> {
  for (const run of runNames) {
    const settings = [`name=${run}`, `out=${outOf(where, run)}`, `mix.shards=${runs[run].shards}`];
    const args = ['mix', recipe, ...settings.flatMap((each) => ['--set', each])];
    const result = await headrace(args, { HF_ENDPOINT: hub.url, HF_TOKEN: 'hf_demo', ...env }, dir);
    assertOutput(result, 0);
    assert.doesNotMatch(result.stderr, /trying again/);
  }
}

async function digestsOf(folder: string): Promise<Record<string, string>> {
  return Object.fromEntries((await filesOf(folder)).map(({ path, sha256 }) => [path, sha256]));
}

const Read = z.object({ count: z.number(), wrong: z.number().nullable() });
const Answer = z.object({
  versions: z.record(z.string(), z.string()),
  digests: z.record(z.string(), z.record(z.string(), z.string())),
  read: z.record(z.string(), z.record(z.string(), Read)),
});

type Bucket = Pick<TestS3, 'bucket' | 'place' | 'env'>;

/** Runs `aws`. */
async function aws({ env }: Bucket, ...args: readonly string[]): Promise<void> {
  const { python, binDir } = environment;
  const { code, stdout, stderr } = await runProgram(python, [join(binDir, 'aws'), ...args], env);
  assert.equal(code, 0, `aws ${args.join(' ')}\n${stdout}\n${stderr}`);
}

/** Does both runs on a store in the bucket, and reads their results with every client. */
async function assertReadAsOnDisk(t: TestContext, where: string, s3: Bucket): Promise<void> {
  await mixBoth(where, s3.env);
  const prefixOf = (run: RunName): string => `store/runs/${run}/`;
  const placeOf = (run: RunName): string => `${s3.place}/runs/${run}/train*.jsonl`;
  const whole = join(outOf('on-disk', 'one'), 'train.jsonl');
  const lines = (await readFile(whole, 'utf8')).split('\n').length - 1;
  const { versions, digests, read } = await runScript(Answer, environment, 'bucket_reads.py', s3.env, {
    bucket: s3.bucket,
    file: whole,
    prefixes: runNames.map(prefixOf),
    places: runNames.map(placeOf),
  });
  t.diagnostic(JSON.stringify(versions));
  for (const run of runNames) {
    const onDisk = await digestsOf(outOf('on-disk', run));
    for (const name of [...runs[run].files, 'heldout.jsonl', 'rejects.jsonl', 'manifest.json'])
      assert.ok(name in onDisk, name);
    assert.deepEqual(digests[prefixOf(run)], onDisk, 'what boto3 lists and gets');
    assert.deepEqual(await digestsOf(outOf(where, run)), onDisk, 'what the command brings');
    const copied = join(dir, `${where}-${run}-aws`);
    await aws(s3, 's3', 'sync', '--only-show-errors', `${s3.place}/runs/${run}`, copied);
    assert.deepEqual(await digestsOf(copied), onDisk, 'what aws s3 sync brings');
    const same = { count: lines, wrong: null };
    assert.deepEqual(read[placeOf(run)], { lines: same, duckdb: same, datasets: same }, placeOf(run));
  }
  const copy = join(dir, `${where}-copy`);
  await aws(
    s3,
    's3',
    'cp',
    '--only-show-errors',
    `${s3.place}/runs/one/train.jsonl`,
    join(copy, 'train.jsonl'),
  );
  const { 'train.jsonl': train } = await digestsOf(outOf('on-disk', 'one'));
  assert.deepEqual(await digestsOf(copy), { 'train.jsonl': train }, 'what aws s3 cp brings');
}

void test('boto3, `aws s3`, DuckDB and `datasets` read from a bucket what the same run leaves on a disk', async (t) => {
  const s3 = await s3Server(t);
  await assertReadAsOnDisk(t, 'versitygw', s3);
  const { UploadPartCopy, UploadPart } = s3.proxy.counts();
  t.diagnostic(`${UploadPart?.requests} × UploadPart, ${UploadPartCopy?.requests} × UploadPartCopy`);
  assert.ok((UploadPartCopy?.requests ?? 0) > 0, 'train.jsonl is joined by the service');
});

void test('a run on moto leaves the bytes of a run on a disk, and the same clients read them', async (t) => {
  const moto = await startMoto(t, environment);
  await aws(moto, 's3', 'mb', `s3://${moto.bucket}`);
  await assertReadAsOnDisk(t, 'moto', moto);
});
