import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { programPath } from '../../client/command-line/program-path.js';
import { sha256 } from '../../files/sha256.js';
import { assertOutput, headrace, type CommandResult } from '../support/command.js';
import { writeConversations } from '../support/conversations.js';
import { writeRecipe } from '../support/recipes.js';
import { s3Server } from '../support/s3.js';
import { environmentOf, startWorker, useServers } from '../support/servers.js';
import { until } from '../support/until.js';

/**
 * A run on a store in a bucket, by commands alone: two workers and the terminal have a cache each, and share
 * nothing else.
 */

const servers = useServers();

const yaml = `name: away
seed: 4
review: true
sources:
  - { name: chats, files: chats.jsonl }
  - { name: prosocial, dataset: allenai/prosocial-dialog, rows: 100 }
heldout: { fraction: 0.05, rows: 6 }
train:
  base_model: headrace/tiny-qwen3
  lora: { rank: 4, seed: 2 }
  batch_size: 8
  max_tokens: 64
  learning_rate: 2.0e-3
  max_steps: 4
  checkpoint_every: 2
  prompts: [Hello.]
`;

const Got = z.object({
  files: z.array(z.object({ name: z.string(), how: z.string(), checked: z.string() })),
  hasMix: z.boolean(),
  isRunning: z.boolean(),
});

const Garbage = z.object({ items: z.array(z.looseObject({ what: z.string(), label: z.string() })) });

/** Makes all files below a folder as old as that. */
async function age(folder: string, days: number): Promise<void> {
  const then = new Date(Date.now() - days * 86_400_000);
  for (const name of await readdir(folder, { recursive: true })) await utimes(join(folder, name), then, then);
}

const hashOf = async (path: string): Promise<string> => sha256(await readFile(path)).toString('hex');

void test('a run on a store in a bucket is planned, reviewed, watched, traced and sampled from a machine that only has its keys, and its results come home', async (t) => {
  const s3 = await s3Server(t);
  const folder = join(servers().folder, 'terminal');
  await writeConversations(join(folder, 'chats.jsonl'), 400, 5);
  const recipe = await writeRecipe(folder, yaml);
  const cacheOf = (name: string): string => join(servers().folder, 'caches', name);
  const envOf = (name: string): Record<string, string> => ({
    ...environmentOf(servers(), s3.place),
    ...s3.env,
    HEADRACE_CACHE: cacheOf(name),
  });
  const outputs: string[] = [];
  const run = async (...args: string[]): Promise<CommandResult> => {
    const result = await headrace(args, envOf('terminal'), folder);
    outputs.push(result.stdout, result.stderr);
    return result;
  };
  const workers = await Promise.all(
    ['one', 'two'].map((name) =>
      startWorker(servers(), s3.place, envOf(name), join(servers().folder, `worker-${name}.log`)),
    ),
  );
  try {
    assertOutput(await run('doctor', recipe), 0, /✓ store permissions/, /✓ worker: polls/);
    assertOutput(await run('plan', recipe), 0, /chats/, /prosocial/);
    assertOutput(await run('preview', recipe, '-n', '1'), 0, /── chats ──/, /── prosocial ──/);
    assertOutput(await run('tokens', recipe, '--rows', '1'), 0, /<\|im_start\|>/);

    const parked = await run('start', recipe, '--wait');
    assertOutput(parked, 3, /chats: 1 file, .* in s3:\/\/headrace-test\/store/, /approve away/);
    assertOutput(await run('review', 'away'), 0, /Report: s3:\/\/.*\/runs\/away\/report\.html/);
    const early = Got.parse(JSON.parse((await run('get', 'away', '--to', 'early', '--json')).stdout));
    assert.deepEqual([early.isRunning, early.hasMix], [true, true]);
    assertOutput(await run('approve', 'away'), 0);
    assertOutput(await run('start', recipe, '--wait'), 0, /files, .*, in runs\/away; .* of them fetched/);
    assertOutput(await run('status', 'away'), 0, /done|COMPLETED/i);
    assertOutput(await run('watch', 'away'), 0, /train\.jsonl/, /away-final/);

    const home = join(folder, 'runs', 'away');
    for (const name of ['train', 'heldout'])
      assert.equal(
        await hashOf(join(home, `${name}.jsonl`)),
        await hashOf(join(folder, 'early', `${name}.jsonl`)),
      );
    const names = await readdir(home);
    for (const name of ['checkpoints', 'metrics', 'samples', 'rejects', 'heldout'])
      assert.ok(names.includes(`${name}.jsonl`), names.join(', '));
    for (const name of ['manifest.json', 'recipe.lock.json', 'report.html'])
      assert.ok(names.includes(name), names.join(', '));

    assertOutput(await run('report', 'away'), 0, /^s3:\/\/.*\/runs\/away\/report\.html$/m);
    const traced = await run('trace', 'away', '1');
    assertOutput(traced, 0, /^line 1 of train\.jsonl: source (chats|prosocial), /);
    const [firstLine] = (await readFile(join(home, 'train.jsonl'), 'utf8')).split('\n');
    assert.equal(traced.stdout.trimEnd().split('\n').at(-1), firstLine);
    assertOutput(await run('trace', 'away', '1', '--heldout', '--json'), 0, /"file":"heldout\.jsonl"/);
    assertOutput(await run('checkpoints', 'away'), 0, /away-final/);
    assertOutput(await run('sample', 'away', 'Hello.', '--max-tokens', '4'), 0);
    assertOutput(await run('cost', 'away'), 0, /tokens/);
    assertOutput(await run('checkpoints', 'away', 'export', '--to', 'adapter'), 0);
    assert.ok((await readdir(join(folder, 'adapter'))).includes('adapter_config.json'));

    const again = Got.parse(JSON.parse((await run('get', 'away', '--json')).stdout));
    const howOf = new Map(again.files.map(({ name, how }) => [name, how]));
    assert.equal(howOf.get('report.html'), 'fetched', '`report` has written it since');
    assert.equal(howOf.get('train.jsonl'), 'already there');
    assert.equal(howOf.get('heldout.jsonl'), 'already there');

    // Ctrl-C while a result arrives, which goes silent after its first bytes.
    const silent = s3.proxy.fault({
      kind: 'stall',
      bytes: 100,
      operation: 'GetObject',
      path: /runs\/away\/train\.jsonl$/,
      times: 1,
    });
    const stopped = spawn(process.execPath, [programPath, 'get', 'away', '--to', 'stopped'], {
      cwd: folder,
      env: { ...process.env, ...envOf('terminal') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    stopped.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
    const closed = once(stopped, 'close');
    await until(
      () => silent() > 0 || undefined,
      () => 'a request for train.jsonl',
    );
    stopped.kill('SIGINT');
    await closed;
    assert.equal(stopped.exitCode, 130, said);
    assert.match(said, /^Interrupted\. The same command continues\.$/m);
    assert.ok(!(await readdir(join(folder, 'stopped'))).includes('train.jsonl'));
    assertOutput(
      await run('get', 'away', '--to', 'stopped'),
      0,
      /train\.jsonl .* SHA-256 as in manifest\.json/,
    );
    assert.equal(await hashOf(join(folder, 'stopped/train.jsonl')), await hashOf(join(home, 'train.jsonl')));

    // The same data on a folder gives the same bytes.
    const local = await headrace(
      ['mix', recipe, '--set', 'out=on-a-folder'],
      { ...envOf('terminal'), HEADRACE_STORE: join(servers().folder, 'local-store') },
      folder,
    );
    assertOutput(local, 0);
    for (const name of ['train.jsonl', 'heldout.jsonl', 'rejects.jsonl', 'manifest.json'])
      assert.equal(await hashOf(join(home, name)), await hashOf(join(folder, 'on-a-folder', name)), name);

    // SIMULATED lifecycle rule: it has deleted what is below artifacts/mix.
    await rm(join(s3.bucketDir, 'store/artifacts/mix'), { recursive: true });
    assertOutput(await run('trace', 'away', '1'), 1, /^ArtifactMissingError: .*\n.*lifecycle rule/m);
    await rm(home, { recursive: true });
    assertOutput(
      await run('start', recipe, '--set', 'review=false', '--wait'),
      0,
      /4 of 4 steps were recorded/,
    );
    assert.equal(
      await hashOf(join(home, 'train.jsonl')),
      await hashOf(join(folder, 'on-a-folder', 'train.jsonl')),
    );
    assertOutput(await run('trace', 'away', '1'), 0, /line 1 of train/);

    // As after 60 days in which the plans were used: all that they need stays.
    await age(join(s3.bucketDir, 'store/artifacts'), 60);
    await age(join(s3.bucketDir, 'store/blobs'), 60);
    const garbage = await run('cache', 'gc', '--dry-run', '--json');
    assertOutput(garbage, 0);
    assert.deepEqual(
      Garbage.parse(JSON.parse(garbage.stdout)).items.filter(({ what }) => what === 'artifact'),
      [],
    );
    assertOutput(await run('cache', 'ls'), 0, /prosocial-dialog/, /token-piece/);
    assertOutput(await run('cache', 'verify'), 0, /are intact/);
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
  const logs = await Promise.all(workers.map(({ logPath }) => readFile(logPath, 'utf8')));
  for (const text of [...outputs, ...logs])
    assert.ok(!text.includes(s3.key.secretAccessKey), 'the secret key is shown');
});

void test('get of a run whose store is a folder says where the results are', async () => {
  const folder = join(servers().folder, 'at-home');
  await writeConversations(join(folder, 'chats.jsonl'), 50, 5);
  const recipe = await writeRecipe(folder, 'name: at-home\nsources: [{ name: s, files: chats.jsonl }]\n');
  const store = join(folder, 'store');
  const env = environmentOf(servers(), store);
  const worker = await startWorker(servers(), store);
  try {
    const started = await headrace(['start', recipe, '--wait'], env, folder);
    assertOutput(started, 0);
    assert.ok(!/fetched/.test(started.stderr), started.stderr);
    assertOutput(
      await headrace(['get', 'at-home'], env, folder),
      0,
      /are in .*\/runs\/at-home: its store is a folder/,
    );
    assertOutput(
      await headrace(['get', 'at-home', '--to', 'other'], env, folder),
      2,
      /^UsageError: .* are in the folder .* already\nCopy them/m,
    );
    assertOutput(await headrace(['get', 'nobody'], env, folder), 1, /^RunNotFoundError/m);
  } finally {
    await worker.close();
  }
});
