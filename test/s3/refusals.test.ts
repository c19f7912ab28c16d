import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { z } from 'zod';
import { assertOutput, headrace, type CommandResult } from '../support/command.js';
import { writeConversations } from '../support/conversations.js';
import { smallDisk, temporaryFolder } from '../support/folder.js';
import { writeRecipe } from '../support/recipes.js';
import { s3Server, type TestS3 } from '../support/s3.js';

/** What is wrong with a store in a bucket, as `doctor` and the other commands show it. */

interface Terminal {
  readonly s3: TestS3;
  readonly folder: string;
  readonly recipe: string;
  readonly run: (args: readonly string[], env?: Record<string, string>) => Promise<CommandResult>;
}

async function terminal(t: TestContext): Promise<Terminal> {
  const s3 = await s3Server(t);
  const folder = await temporaryFolder(t);
  await writeConversations(join(folder, 'chats.jsonl'), 100, 5);
  const recipe = await writeRecipe(folder, 'name: r\nsources: [{ name: s, files: chats.jsonl }]\n');
  return {
    s3,
    folder,
    recipe,
    run: async (args, env = {}) => {
      // Nothing listens there.
      const result = await headrace(args, { ...s3.env, TEMPORAL_ADDRESS: '127.0.0.1:1', ...env }, folder);
      const output = `${result.stdout}${result.stderr}`;
      assert.ok(!output.includes(s3.key.secretAccessKey), 'the secret key is shown');
      return result;
    },
  };
}

const Checks = z.object({
  store: z.string(),
  checks: z.array(z.looseObject({ what: z.string(), status: z.string(), type: z.string().optional() })),
});

void test('doctor shows that a bucket is there, its region, what the key may do, the clock, the latency and the cache', async (t) => {
  const { s3, run, recipe } = await terminal(t);
  const shown = await run(['doctor', recipe]);
  assertOutput(
    shown,
    1,
    /^✓ store bucket: s3:\/\/headrace-test\/store is there, at http:\/\/127\.0\.0\.1:\d+ in region us-east-1$/m,
    /^✓ store permissions: the key may list, put, get and delete objects$/m,
    /^✓ store clock: that of this machine agrees/m,
    /^[✓!] store latency: [\d.]+ ms for a small object, median of 5$/m,
    // The server of the tests has no lifecycle rules.
    /^! store lifecycle: not checked: 501 NotImplemented: .*\n {4}→ Look at the rules of the bucket/m,
    /^[✓!] store cache: .* free on the disk of .*; copies take 0 B of 20\.0 GB/m,
    /^✓ source s: /m,
    /^✗ temporal: TemporalUnavailableError/m,
  );
  const { store, checks } = Checks.parse(JSON.parse((await run(['doctor', '--json'])).stdout));
  assert.equal(store, s3.place);
  assert.deepEqual(
    checks.filter(({ status }) => status === 'failed').map(({ what }) => what),
    ['temporal'],
  );
});

void test('a bucket that does not exist, a wrong region and a wrong key are one error each, in doctor and in commands', async (t) => {
  const { run, recipe } = await terminal(t);
  const cases = [
    [{ HEADRACE_STORE: 's3://no-such-bucket/store' }, 'BucketMissingError', 'Correct the bucket'],
    [{ AWS_REGION: 'eu-west-1' }, 'StoreRegionError', 'Set AWS_REGION'],
    [{ AWS_SECRET_ACCESS_KEY: 'another-secret' }, 'StoreForbiddenError', 'Check the AWS credentials'],
    [{ HEADRACE_STORE: 's3://No_Bucket/store' }, 'UsageError', ''],
  ] as const;
  for (const [env, type, remedy] of cases) {
    const isForbidden = type === 'StoreForbiddenError';
    const what = isForbidden ? 'store list' : 'store bucket';
    assertOutput(
      await run(['doctor', recipe], env),
      type === 'UsageError' ? 2 : 1,
      new RegExp(type === 'UsageError' ? type : `^✗ ${what}: ${type}: .*\n {4}→ ${remedy}`, 'm'),
    );
    for (const args of [
      ['cache', 'ls'],
      ['mix', recipe],
    ])
      assertOutput(
        await run(args, env),
        type === 'UsageError' ? 2 : 1,
        new RegExp(`^${type}: .*\n${remedy}`, 'm'),
      );
  }
});

void test('a key that may not do everything is shown by what it may not, and a run that needs it names the object', async (t) => {
  const { s3, run, recipe } = await terminal(t);
  await run(['cache', 'ls']);
  for (const [operation, name] of [
    ['PutObject', 'put'],
    ['GetObject', 'get'],
    ['DeleteObjects', 'delete'],
    ['ListObjectsV2', 'list'],
  ] as const) {
    s3.proxy.clearFaults();
    s3.proxy.fault({ kind: 'error', operation, status: 403, code: 'AccessDenied' });
    const shown = await run(['doctor', recipe]);
    assertOutput(shown, 1, new RegExp(`^✗ store ${name}: StoreForbiddenError: .*AccessDenied`, 'm'));
    assert.equal(shown.stdout.match(/^✗ store/gm)?.length, 1, shown.stdout);
  }
  s3.proxy.clearFaults();
  s3.proxy.fault({ kind: 'error', operation: 'PutObject', status: 403, code: 'AccessDenied' });
  assertOutput(
    await run(['mix', recipe]),
    1,
    /^StoreForbiddenError: Cannot put .* of the store s3:\/\/headrace-test\/store: 403 AccessDenied/m,
    /must allow to get, put, list and delete objects/,
  );
});

void test('SIMULATED clock: a machine that is two hours ahead works, and doctor says so; a service that refuses every time is an error', async (t) => {
  const { s3, run, folder, recipe } = await terminal(t);
  const ahead = join(folder, 'ahead.mjs');
  await writeFile(
    ahead,
    `const Real = Date;
const shift = 2 * 3600_000;
globalThis.Date = class extends Real {
  constructor(...given) { super(...(given.length === 0 ? [Real.now() + shift] : given)); }
  static now() { return Real.now() + shift; }
};\n`,
  );
  const env = { NODE_OPTIONS: `--import=file://${ahead}` };
  assertOutput(
    await run(['doctor'], env),
    1,
    /^! store clock: that of this machine is (?:2 h|1 h 59 min).* ahead of that of S3\n {4}→ Set this machine's clock right/m,
    /^✓ store permissions/m,
  );
  assertOutput(await run(['mix', recipe], env), 0, /train\.jsonl/);
  s3.proxy.fault({ kind: 'error', status: 403, code: 'RequestTimeTooSkewed' });
  assertOutput(await run(['doctor']), 1, /^✗ store bucket: StoreClockError: .*\n {4}→ Set this machine's/m);
  assertOutput(await run(['cache', 'ls']), 1, /^StoreClockError: /m);
});

void test('a service that does not answer is named with its address, after a few tries', async (t) => {
  const { s3, run } = await terminal(t);
  await s3.kill();
  const shown = await run(['doctor']);
  assertOutput(
    shown,
    1,
    /^✗ store bucket: StoreUnavailableError: .*\n {4}→ Check the network, AWS_ENDPOINT_URL_S3/m,
  );
  await s3.restart();
  assertOutput(await run(['doctor']), 1, /^✓ store permissions/m);
});

void test('a cache on a full disk is one error that names it, and a larger disk goes on from what is in the store', async (t) => {
  const small = await smallDisk(t, 6 << 20);
  if (small === undefined) return;
  const { run, folder, recipe } = await terminal(t);
  await writeConversations(join(folder, 'chats.jsonl'), 60_000, 5);
  const full = await run(['mix', recipe], { HEADRACE_CACHE: small });
  assertOutput(full, 1, /^DiskFullError: .*\n.*HEADRACE_CACHE/m);
  assert.equal(full.stderr.match(/DiskFullError/g)?.length, 1, full.stderr);
  assertOutput(
    await run(['doctor', recipe], { HEADRACE_CACHE: small }),
    1,
    /^✗ store cache: DiskFullError: .*\n.*HEADRACE_CACHE/m,
  );
  assertOutput(await run(['mix', recipe]), 0, /60,000 lines/);
});
