import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFolder } from '../support/folder.js';
import { headrace } from '../support/command.js';

const folder = await temporaryFolder();

/** Command lines of processes that still mention the test's folder. */
async function leftRunning(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,args']);
  return stdout.split('\n').filter((line) => line.includes(folder) && !line.includes('ps -eo'));
}

void test('the demo goes from corpora to sampler weights, prints what came of it, and leaves nothing running', async () => {
  // Keys of the environment are not used: these would be refused.
  const env = {
    HEADRACE_STORE: join(folder, 'store'),
    HF_TOKEN: 'hf_planted_secret_token',
    TINKER_API_KEY: 'tml-planted-secret-key',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
  };
  const out = join(folder, 'out');
  const first = await headrace(['demo', '--set', `out=${out}`], env);
  const said = `${first.stdout}\n${first.stderr}`;
  assert.equal(first.code, 0, said);
  for (const text of [
    /ultrachat.*\d/,
    /lmsys/,
    /Magpie-Align\/Magpie-Llama-3\.1-Pro-300K-Filtered/,
    /train\.jsonl/,
    /report\.html/,
    /step 0: \d\.\d+ +step 59: \d\.\d+/,
    /before: \d\.\d+ +after: \d\.\d+/,
    /demo-000020 +tinker:\/\/\S+\/sampler_weights\/demo-000020/,
    /demo-final +tinker:\/\/\S+\/sampler_weights\/demo-final/,
    /base model/,
    /final weights/,
    /http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\/headrace%2Fdemo/,
    /development server/,
  ])
    assert.match(said, text);
  const losses = /before: (\d\.\d+) +after: (\d\.\d+)/.exec(said);
  assert.ok(
    Number(losses?.[2]) < Number(losses?.[1]) - 0.3,
    `held-out loss did not go down visibly: ${losses?.[0]}`,
  );
  assert.ok((await stat(join(out, 'report.html'))).size > 10_000);
  assert.deepEqual(await leftRunning(), []);

  const train = await readFile(join(out, 'train.jsonl'));
  const metrics = await readFile(join(out, 'metrics.jsonl'), 'utf8');
  const second = await headrace(['demo', '--set', `out=${out}`], env);
  assert.equal(second.code, 0, second.stderr);
  assert.match(`${second.stdout}\n${second.stderr}`, /60 of 60 steps were recorded already and were reused/);
  assert.match(`${second.stdout}\n${second.stderr}`, /lmsys: reused 3 of 3 files/);
  assert.match(`${second.stdout}\n${second.stderr}`, /lmsys: reused 1 of 1 converted piece from the store/);
  assert.ok(train.equals(await readFile(join(out, 'train.jsonl'))), 'train.jsonl is another');
  assert.equal(await readFile(join(out, 'metrics.jsonl'), 'utf8'), metrics);
  for (const text of [said, second.stdout, second.stderr])
    assert.ok(!text.includes('planted-secret') && !text.includes('planted_secret'), 'a secret was shown');
  assert.deepEqual(await leftRunning(), []);
});
