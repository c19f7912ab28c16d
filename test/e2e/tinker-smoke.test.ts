import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertOutput, headrace } from '../support/command.js';
import type { CommandResult } from '../support/command.js';
import { postFaults } from '../support/faults.js';
import { writeRecipe } from '../support/recipes.js';
import { useServers } from '../support/servers.js';

/** `doctor --tinker-smoke` with a Tinker server and a key, without Temporal and a Hub. */

const servers = useServers();

function doctor(args: readonly string[], tinkerUrl = servers().tinkerUrl()): Promise<CommandResult> {
  return headrace(['doctor', ...args], {
    HEADRACE_STORE: join(servers().folder, 'smoke'),
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    TINKER_BASE_URL: tinkerUrl,
    TINKER_API_KEY: 'tml-smoke-planted-key',
  });
}

void test('the smoke test of a good server passes with its losses and deletes what it saved', async () => {
  assertOutput(
    await doctor(['--tinker-smoke']),
    0,
    /✓ train: loss [\d.]+ → [\d.]+ → [\d.]+ → [\d.]+/,
    /✓ load: the same loss/,
    /✓ optimizer: loss [\d.]+ after one more step of the live model/,
    /✓ delete: 3 checkpoints/,
    /18 checks passed\./,
  );
});

void test('a server that does not restore the optimizer ends the smoke test with 1 and says what follows', async () => {
  await postFaults(servers().tinkerUrl(), { path: 'load_weights', set: { optimizer: false }, times: 2 });
  assertOutput(
    await doctor(['--tinker-smoke']),
    1,
    /✗ optimizer: TinkerConformanceError: the optimizer state is not restored: a resumed run will differ; loss/,
    /→ Report it to those who run the server\. Until then a run that is interrupted has other losses/,
    /1 of 17 checks failed\./,
  );
});

void test('a save that fails ends the smoke test with 1 and its answer, without the key', async () => {
  await postFaults(servers().tinkerUrl(), {
    path: 'save_weights',
    status: 422,
    body: { detail: 'no room, tml-smoke-planted-key' },
  });
  const failed = await doctor(['--tinker-smoke', '--json']);
  assert.equal(failed.code, 1, failed.stderr);
  const report = JSON.parse(failed.stdout) as {
    ok: boolean;
    server: string;
    checks: { what: string; status: string; message: string }[];
  };
  assert.deepEqual([report.ok, report.server], [false, servers().tinkerUrl()]);
  const refused = report.checks.filter(({ status }) => status === 'failed');
  assert.deepEqual(
    refused.map(({ what }) => what),
    ['save'],
  );
  assert.match(refused[0]?.message ?? '', /422: no room/);
  assert.ok(!`${failed.stdout}${failed.stderr}`.includes('planted'), 'the key is shown');
});

void test('the smoke test takes the base model of a recipe, and fails where the server has it not', async () => {
  const recipe = await writeRecipe(
    join(servers().folder, 'smoke-recipe'),
    'name: smoke\nsources:\n  - { name: a, files: a.jsonl }\ntrain: { base_model: no/such-model, learning_rate: 1.0e-3 }\n',
  );
  assertOutput(await doctor([recipe, '--tinker-smoke']), 1, /✗ create: BaseModelError: .*no\/such-model/);
});

void test('the smoke test of a server that does not answer names its address', async () => {
  const gone = await doctor(['--tinker-smoke'], 'http://127.0.0.1:9');
  assertOutput(gone, 1, /✗ capabilities: TinkerUnavailableError: .*127\.0\.0\.1:9/);
});
