import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
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

void test('secrets are found in no history, file, log, output or process argument', async () => {
  const folder = join(servers().folder, 'secrets');
  const store = join(folder, 'store');
  await writeConversations(join(folder, 'good.jsonl'), 200, 1);
  const recipe = await writeRecipe(
    folder,
    `name: secrets
sources:
  - { name: local, files: good.jsonl }
  - { name: lmsys, dataset: lmsys/lmsys-chat-1m, rows: 50 }
heldout: { fraction: 0.05 }
train: { base_model: headrace/tiny-qwen3, learning_rate: 1.0e-3, max_tokens: 64, batch_size: 4, max_steps: 2, checkpoint_every: 1 }
`,
  );
  const env = { ...environmentOf(servers(), store), TINKER_API_KEY: tinkerKey };
  const said: string[] = [];
  const command = async (args: readonly string[], code: number): Promise<void> => {
    const result = await headrace(args, env, folder);
    said.push(result.stdout, result.stderr);
    assert.equal(result.code, code, `${result.stdout}\n${result.stderr}`);
  };
  // First with a token that the Hub refuses, so that there is a failure to tell of; then with the right one.
  const refused = await startWorker(servers(), store, { HF_TOKEN: wrongHubToken, TINKER_API_KEY: tinkerKey });
  await command(['start', recipe, '--wait'], 3);
  const { stdout: processes } = await promisify(execFile)('ps', ['-eo', 'args']);
  await refused.close();
  const worker = await startWorker(servers(), store, { TINKER_API_KEY: tinkerKey });
  try {
    await command(['retry-source', 'secrets', 'lmsys'], 0);
    await command(['watch', 'secrets'], 0);
    await command(['status', 'secrets', '--json'], 0);
  } finally {
    await worker.close();
  }

  const texts = new Map<string, string>([
    ['output', said.join('\n')],
    ['process arguments', processes],
  ]);
  const { client } = servers().temporal;
  for (const id of ['headrace/secrets', 'headrace/secrets/source/lmsys', 'headrace/secrets/train']) {
    const history = historyToJSON(await client.workflow.getHandle(id).fetchHistory());
    texts.set(id, history);
    // Payloads are base64 in an exported history: look inside them, too.
    const payloads = [...history.matchAll(/"data": ?"([A-Za-z0-9+/=]+)"/g)];
    assert.ok(payloads.length > 3, `${id} has payloads`);
    texts.set(
      `${id} payloads`,
      payloads.map((match) => Buffer.from(match[1] ?? '', 'base64').toString('latin1')).join('\n'),
    );
  }
  for (const path of [
    ...(await filesUnder(folder)),
    ...(await filesUnder(join(servers().folder, 'temporal'))),
  ])
    texts.set(path, await readFile(path, 'latin1'));
  for (const name of ['hub.log', 'tinker.log', 'temporal.log'])
    texts.set(name, await readFile(join(servers().folder, name), 'latin1'));
  assert.ok(texts.size > 40, `only ${texts.size} texts were looked at`);

  for (const [where, text] of texts)
    for (const secret of [wrongHubToken, tinkerKey, localHubToken])
      // The local Hub prints its own well-known token in its banner; that log is the one exception.
      if (!(where === 'hub.log' && secret === localHubToken))
        assert.ok(!text.includes(secret), `${secret.slice(0, 12)}… is in ${where}`);
});
