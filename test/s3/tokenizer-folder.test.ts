import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { packagePath } from '../../files/package-path.js';
import { assertOutput, headrace } from '../support/command.js';
import { writeConversations } from '../support/conversations.js';
import { bucketEnvironment } from '../support/machines.js';
import { writeRecipe } from '../support/recipes.js';
import { s3Server } from '../support/s3.js';
import { environmentOf, startWorker, useServers } from '../support/servers.js';

/** A run whose tokenizer is a folder of the machine that starts it. */

const servers = useServers();

const yaml = `name: NAME
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

void test('a run on a store in a bucket trains with a tokenizer folder that is gone when it is tokenised, as a run on a disk does', async (t) => {
  const s3 = await s3Server(t);
  const home = join(servers().folder, 'terminal');
  await mkdir(home, { recursive: true });
  await writeConversations(join(home, 'chats.jsonl'), 200, 5);
  const tokenizer = join(home, 'tok');
  const model = packagePath('dev/tinker/model-files/tiny-qwen3');

  /** Runs it; `beforeTokens` while it waits in review. */
  const metricsOf = async (
    name: string,
    env: Record<string, string>,
    beforeTokens: () => Promise<void>,
  ): Promise<string> => {
    await cp(model, tokenizer, { recursive: true });
    const recipe = await writeRecipe(home, yaml.replace('NAME', name));
    const run = (...args: string[]) => headrace(args, env, home);
    assertOutput(await run('plan', recipe), 0, /chats/);
    assertOutput(await run('tokens', recipe, '--rows', '1'), 0, /tok \(sha256 [0-9a-f]{12}\)/);
    const started = await run('start', recipe, '--wait');
    const isInBucket = 'AWS_REGION' in env;
    assertOutput(started, 3, isInBucket ? /^train\.tokenizer: 2 files, .* in s3:.* sent$/m : /approve/);
    await beforeTokens();
    assertOutput(await run('approve', name), 0);
    assertOutput(await run('start', recipe, '--wait'), 0, /train\.jsonl/);
    const report = await readFile(join(home, 'runs', name, 'report.html'), 'utf8');
    assert.ok(report.includes(`${tokenizer} (sha256 `), 'the report names the folder');
    return await readFile(join(home, 'runs', name, 'metrics.jsonl'), 'utf8');
  };

  const store = join(servers().folder, 'store-on-disk');
  const local = environmentOf(servers(), store);
  const onDisk = await startWorker(servers(), store);
  const expected = await metricsOf('tok-on-disk', local, async () => {}).finally(() => onDisk.close());

  const env = { ...bucketEnvironment(servers(), s3), HEADRACE_CACHE: join(home, 'cache') };
  const worker = await startWorker(
    servers(),
    s3.place,
    { ...env, HEADRACE_CACHE: join(servers().folder, 'other-machine') },
    join(servers().folder, 'other-machine.log'),
  );
  try {
    const removed = () => rm(tokenizer, { recursive: true });
    assert.equal(await metricsOf('tok-in-bucket', env, removed), expected);
    const answer = await headrace(['sample', 'tok-in-bucket', 'Hello.', '--max-tokens', '4'], env, home);
    assertOutput(answer, 0);
  } finally {
    await worker.close();
  }
});
