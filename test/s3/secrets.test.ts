import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { handleOf, runState } from '../../client/runs/find-run.js';
import { pendingActivities } from '../../client/runs/pending-activities.js';
import { workflowIdOf } from '../../core/run/workflow-ids.js';
import { headrace } from '../support/command.js';
import type { CommandResult } from '../support/command.js';
import { writeConversations } from '../support/conversations.js';
import { historiesOf } from '../support/histories-of.js';
import { bucketEnvironment, startMachine } from '../support/machines.js';
import { writeRecipe } from '../support/recipes.js';
import { s3Server } from '../support/s3.js';
import { useServers } from '../support/servers.js';

/** The key of a bucket is in the environment of a worker, and nowhere else. */

const servers = useServers();

const name = 'bucket-secrets';
const sessionToken = 'planted-session-token-of-a-bucket';
const signature = 'ab12'.repeat(16);

const yaml = (out: string): string => `name: ${name}
out: ${out}
sources:
  - { name: local, files: good.jsonl }
  - { name: lmsys, dataset: lmsys/lmsys-chat-1m, rows: 50 }
heldout: { fraction: 0.05 }
train: { base_model: headrace/tiny-qwen3, learning_rate: 1.0e-3, max_tokens: 64, batch_size: 4, max_steps: 2, checkpoint_every: 1 }
`;

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

void test('keys, session tokens and signatures of a bucket are in no history, heartbeat, log, result or object', async (t) => {
  const folder = join(servers().folder, 'secrets');
  const s3 = await s3Server(t);
  const { accessKeyId, secretAccessKey } = s3.key;
  const env = { ...bucketEnvironment(servers(), s3), AWS_SESSION_TOKEN: sessionToken };
  const planted = {
    'the key id': accessKeyId,
    'the key': secretAccessKey,
    'the token': sessionToken,
    'a signature': signature,
  };
  const assertHasNone = (where: string, text: string): void => {
    for (const [what, secret] of Object.entries(planted))
      assert.ok(!text.includes(secret), `${what} is in ${where}`);
    assert.doesNotMatch(text, /Signature=[0-9a-f]{64}/, `a signature is in ${where}`);
  };

  // As a service writes them into its answers, and a client the address into its errors.
  const address = `https://bucket/key?X-Amz-Security-Token=${sessionToken}&amp;X-Amz-Signature=${signature}`;
  const message = `${accessKeyId} ${secretAccessKey} ${sessionToken} ${address} Signature=${signature}`;
  const common = { kind: 'error', operation: 'PutObject', message } as const;
  s3.proxy.fault({ kind: 'ignore-token' });
  const refused = s3.proxy.fault({
    ...common,
    status: 403,
    code: 'SignatureDoesNotMatch',
    path: /artifacts\/conversion/,
    times: 1,
  });
  const busy = s3.proxy.fault({ ...common, status: 503, code: 'SlowDown', times: 3, every: 4 });

  await writeConversations(join(folder, 'good.jsonl'), 200, 1);
  const recipe = await writeRecipe(folder, yaml(join(folder, 'out')));
  const output: string[] = [];
  const command = async (...args: string[]): Promise<CommandResult> => {
    const result = await headrace(args, env, folder);
    output.push(result.stdout, result.stderr);
    return result;
  };
  const machine = await startMachine(servers(), s3, { folder: join(folder, 'machine'), env });
  const processes: string[] = [];
  const pending: string[] = [];
  const over = new AbortController();
  const watched = (async () => {
    while (!over.signal.aborted) {
      const activities = await pendingActivities(servers().temporal, workflowIdOf(name)).catch(() => []);
      if (activities.length > 0) pending.push(JSON.stringify(activities));
      processes.push((await promisify(execFile)('ps', ['-eo', 'args'])).stdout);
      await sleep(200);
    }
  })();
  try {
    const first = await command('start', recipe, '--wait');
    assert.equal(first.code, 3, `${first.stdout}\n${first.stderr}`);
    assert.match(`${first.stdout}\n${first.stderr}`, /StoreForbiddenError[^]*SignatureDoesNotMatch/);
    const [parked] = (await runState(handleOf(servers().temporal, name))).waitingFor;
    const retried = await command('retry-source', name, parked?.what ?? '');
    assert.equal(retried.code, 0, `${retried.stdout}\n${retried.stderr}`);
    const done = await command('watch', name);
    assert.equal(done.code, 0, `${done.stdout}\n${done.stderr}`);
    for (const args of [
      ['get', name],
      ['status', name, '--json'],
      ['report', name],
    ])
      assert.equal((await command(...args)).code, 0, args.join(' '));
  } finally {
    over.abort();
    await watched;
    await machine.worker.close();
  }
  assert.deepEqual([refused(), busy()], [1, 3]);

  assertHasNone('the output', output.join('\n'));
  assertHasNone('the arguments of processes', processes.join('\n'));
  assert.ok(pending.length > 0);
  assertHasNone('a heartbeat or failure', pending.join('\n'));
  const histories = await historiesOf(servers(), name);
  assert.ok(histories.length >= 4, 'the run, two sources and the training');
  for (const { id, history } of histories) {
    assertHasNone(`the history of ${id}`, history);
    // Payloads are base64 in an exported history.
    for (const [, data = ''] of history.matchAll(/"data": ?"([A-Za-z0-9+/=]+)"/g))
      assertHasNone(`a payload of ${id}`, Buffer.from(data, 'base64').toString('latin1'));
  }
  assert.match(await readFile(machine.logPath, 'utf8'), /503 SlowDown: \*\*\*/);
  const files = [folder, join(servers().folder, 'temporal'), s3.bucketDir].map(filesUnder);
  const paths = (await Promise.all(files)).flat();
  for (const needed of ['report.html', 'manifest.json', 'worker.log', 'recipe.lock.json'])
    assert.ok(
      paths.some((path) => path.endsWith(needed)),
      needed,
    );
  for (const path of paths) assertHasNone(path, await readFile(path, 'latin1'));
});
