import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { localHubToken } from '../../dev/stack/stack.js';
import { environmentOf, startWorker, useServers } from '../support/servers.js';
import { headrace } from '../support/command.js';
import { writeConversations } from '../support/conversations.js';
import { writeRecipe } from '../support/recipes.js';

/** The secrets of a real run are in the worker's environment and nowhere else. */

const servers = useServers();

const wrongHubToken = 'hf_planted_and_wrong_token';
const tinkerKey = 'tml-planted-tinker-key';

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

const yaml = `name: secrets
sources:
  - { name: local, files: good.jsonl }
  - { name: lmsys, dataset: lmsys/lmsys-chat-1m, rows: 50 }
heldout: { fraction: 0.05 }
train: { base_model: headrace/tiny-qwen3, learning_rate: 1.0e-3, max_tokens: 64, batch_size: 4, max_steps: 2, checkpoint_every: 1 }
`;

let folder = '';
const output: string[] = [];
let processes = '';

async function command(args: readonly string[], code: number): Promise<void> {
  const env = { ...environmentOf(servers(), join(folder, 'store')), TINKER_API_KEY: tinkerKey };
  const result = await headrace(args, env, folder);
  output.push(result.stdout, result.stderr);
  assert.equal(result.code, code, `${result.stdout}\n${result.stderr}`);
}

before(async () => {
  folder = join(servers().folder, 'secrets');
  const store = join(folder, 'store');
  await writeConversations(join(folder, 'good.jsonl'), 200, 1);
  const recipe = await writeRecipe(folder, yaml);
  // First with a token that the Hub refuses, so that there is a failure to report; then with the right one.
  const refused = await startWorker(servers(), store, { HF_TOKEN: wrongHubToken, TINKER_API_KEY: tinkerKey });
  await command(['start', recipe, '--wait'], 3);
  processes = (await promisify(execFile)('ps', ['-eo', 'args'])).stdout;
  await refused.close();
  const worker = await startWorker(servers(), store, { TINKER_API_KEY: tinkerKey });
  try {
    await command(['retry-source', 'secrets', 'lmsys'], 0);
    await command(['watch', 'secrets'], 0);
    await command(['status', 'secrets', '--json'], 0);
  } finally {
    await worker.close();
  }
});

function assertHoldsNoSecret(
  where: string,
  text: string,
  secrets = [wrongHubToken, tinkerKey, localHubToken],
): void {
  for (const secret of secrets) assert.ok(!text.includes(secret), `${secret.slice(0, 12)}… is in ${where}`);
}

void test('no command prints a secret', () => {
  assertHoldsNoSecret('the output', output.join('\n'));
});

void test('no process has a secret in its arguments', () => {
  assertHoldsNoSecret('the arguments of the processes', processes);
});

for (const id of ['headrace/secrets', 'headrace/secrets/source/lmsys', 'headrace/secrets/train'])
  void test(`the history of ${id} holds no secret, nor do its payloads`, async () => {
    const history = historyToJSON(await servers().temporal.client.workflow.getHandle(id).fetchHistory());
    assertHoldsNoSecret('the history', history);
    // Payloads are base64 in an exported history.
    const payloads = [...history.matchAll(/"data": ?"([A-Za-z0-9+/=]+)"/g)];
    assert.ok(payloads.length > 3, `there are ${payloads.length} payloads`);
    for (const [, data = ''] of payloads)
      assertHoldsNoSecret('a payload', Buffer.from(data, 'base64').toString('latin1'));
  });

void test('no file of the run, the store or Temporal holds a secret', async () => {
  const files = [...(await filesUnder(folder)), ...(await filesUnder(join(servers().folder, 'temporal')))];
  assert.ok(files.length >= 30, `there are ${files.length} files`);
  for (const path of files) assertHoldsNoSecret(path, await readFile(path, 'latin1'));
});

void test('no log of a server holds a secret of its clients', async () => {
  const logOf = (name: string): Promise<string> => readFile(join(servers().folder, `${name}.log`), 'latin1');
  for (const name of ['tinker', 'temporal']) assertHoldsNoSecret(name, await logOf(name));
  // The local Hub prints its own well-known token in its banner.
  assertHoldsNoSecret('hub', await logOf('hub'), [wrongHubToken, tinkerKey]);
});
