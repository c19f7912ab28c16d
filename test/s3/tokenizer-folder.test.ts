import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { packagePath } from '../../files/package-path.js';
import { assertOutput, headrace, type CommandResult } from '../support/command.js';
import { writeConversations } from '../support/conversations.js';
import { bucketEnvironment, startMachine } from '../support/machines.js';
import { writeRecipe } from '../support/recipes.js';
import { s3Server } from '../support/s3.js';
import { environmentOf, startWorker, useServers } from '../support/servers.js';

/** A run whose tokenizer is a folder of the machine that starts it. */

const servers = useServers();

const yaml = (name: string): string => `name: ${name}
seed: 4
review: true
sources: [{ name: chats, files: chats.jsonl }]
heldout: { fraction: 0.05, rows: 6 }
train:
  base_model: headrace/tiny-qwen3
  tokenizer: ./tok
  lora: { rank: 4, seed: 2 }
  batch_size: 8
  max_tokens: 64
  learning_rate: 2.0e-3
  max_steps: 4
  checkpoint_every: 2
`;

/** The machine where commands are typed. */
interface Client {
  readonly folder: string;
  /** The folder of the tokenizer. */
  readonly tokenizer: string;
  readonly recipe: string;
  readonly run: (...args: string[]) => Promise<CommandResult>;
}

const shipped = packagePath('dev/tinker/model-files/tiny-qwen3');

async function client(name: string, env: Record<string, string>): Promise<Client> {
  const folder = join(servers().folder, name);
  const tokenizer = join(folder, 'tok');
  await mkdir(folder, { recursive: true });
  await writeConversations(join(folder, 'chats.jsonl'), 200, 5);
  await cp(shipped, tokenizer, { recursive: true });
  const recipe = await writeRecipe(folder, yaml(name));
  return { folder, tokenizer, recipe, run: (...args) => headrace(args, env, folder) };
}

/** A client, and a worker on another machine that does not see its folder where that can be hidden. */
async function clientOfBucket(t: TestContext, name: string): Promise<Client> {
  const s3 = await s3Server(t);
  const env = {
    ...bucketEnvironment(servers(), s3),
    HEADRACE_CACHE: join(servers().folder, `${name}-cache`),
  };
  const made = await client(name, env);
  const folder = join(servers().folder, `${name}-worker`);
  const { worker } = await startMachine(servers(), s3, { folder, hidden: [made.folder] });
  t.after(() => worker.close());
  return made;
}

async function metricsOf({ folder, recipe, run }: Client, name: string): Promise<string> {
  assertOutput(await run('approve', name), 0);
  assertOutput(await run('start', recipe, '--wait'), 0, /train\.jsonl/);
  return await readFile(join(folder, 'runs', name, 'metrics.jsonl'), 'utf8');
}

void test('a run on a store in a bucket trains with a folder that is gone when it is tokenised as a run on a disk does with the folder', async (t) => {
  const store = join(servers().folder, 'store-on-disk');
  const onDisk = await client('tok-on-disk', environmentOf(servers(), store));
  const worker = await startWorker(servers(), store);
  t.after(() => worker.close());
  assertOutput(await onDisk.run('start', onDisk.recipe, '--wait'), 3, /approve/);
  const expected = await metricsOf(onDisk, 'tok-on-disk');

  const name = 'tok-in-bucket';
  const inBucket = await clientOfBucket(t, name);
  const { run, recipe, tokenizer, folder } = inBucket;
  assertOutput(await run('doctor', recipe), 0);
  assertOutput(await run('plan', recipe), 0, /chats/);
  assertOutput(await run('preview', recipe, '-n', '1'), 0, /── chats ──/);
  assertOutput(await run('tokens', recipe, '--rows', '1'), 0, /tok \(sha256 [0-9a-f]{12}\)/);
  const started = await run('start', recipe, '--wait');
  assertOutput(started, 3, /^train\.tokenizer: 2 files, .* in s3:.* sent$/m, /approve tok-in-bucket/);
  await rm(tokenizer, { recursive: true });
  assert.equal(await metricsOf(inBucket, name), expected);
  const report = await readFile(join(folder, 'runs', name, 'report.html'), 'utf8');
  assert.ok(report.includes(`${tokenizer} (sha256 `), 'the report names the folder');
  assertOutput(await run('sample', name, 'Hello.', '--max-tokens', '4'), 0);
});

void test('a folder that cannot be read parks the run, and retry-stage sends it again, corrected', async (t) => {
  const { run, recipe, tokenizer } = await clientOfBucket(t, 'tok-mended');
  await writeFile(join(tokenizer, 'tokenizer.json'), '{"version":');
  assertOutput(await run('start', recipe, '--wait'), 3, /approve tok-mended/);
  assertOutput(await run('approve', 'tok-mended'), 0);
  const parked = await run('start', recipe, '--wait');
  assertOutput(parked, 3, /TokenizerError/, /retry-stage tok-mended tokenise/);

  await rm(tokenizer, { recursive: true });
  const withoutFolder = await run('retry-stage', 'tok-mended', 'tokenise');
  assertOutput(withoutFolder, 0, /tok is not on this machine; what was sent before stays$/m);
  assertOutput(await run('start', recipe, '--wait'), 3, /TokenizerError/);

  await cp(shipped, tokenizer, { recursive: true });
  const corrected = await run('retry-stage', 'tok-mended', 'tokenise');
  assertOutput(corrected, 0, /^train\.tokenizer: 2 files, .* sent$/m);
  assertOutput(await run('start', recipe, '--wait'), 0, /train\.jsonl/);
});
