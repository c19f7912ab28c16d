import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { shippedModelDir } from '../../dev/stack/shipped.js';
import { startTinkerServer } from '../../dev/tinker/server/index.js';
import { assertOutput, headrace } from '../support/command.js';
import { clearFaults, postFaults } from '../support/faults.js';
import { untilPending } from '../support/runs.js';
import { useServers } from '../support/servers.js';
import { openTerminal } from '../support/terminal.js';
import type { Terminal } from '../support/terminal.js';

/**
 * One training that waits for its billing, and what can be done with its checkpoints afterwards, from test to
 * test.
 */

const servers = useServers({ setUp, tearDown: () => terminal.close() });
const recipe = `seed: 4
sources:
  - { name: chats, files: chats.jsonl }
train:
  base_model: headrace/tiny-qwen3
  lora: { rank: 4, seed: 2 }
  batch_size: 10
  max_tokens: 64
  learning_rate: 2.0e-3
  checkpoint_every: 4
  prompts: [Hello.]
`;

interface Line {
  readonly label: string;
  readonly sampler_path: string;
  readonly server: string;
  readonly on_server: {
    readonly state: { readonly here: boolean; readonly expires_at: string | null };
    readonly sampler: { readonly here: boolean };
  } | null;
}

let terminal: Terminal;
async function setUp(): Promise<void> {
  terminal = await openTerminal(servers(), 'paid', recipe, 120);
}

async function listed(): Promise<readonly Line[]> {
  const { stdout } = await terminal.run('checkpoints', 'paid', 'ls', '--json');
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

void test('a training that is paused for billing shows so in its progress and in status', async () => {
  await postFaults(servers().tinkerUrl(), {
    path: 'optim_step',
    status: 402,
    body: { detail: 'card expired' },
    skip: 2,
    // Until the next test: a pause that ends by itself may be over before it is looked for.
    times: 999,
  });
  assertOutput(await terminal.run('start', terminal.recipe), 0);
  const paused = await untilPending(
    servers(),
    'paid',
    ({ progress }) => progress?.note?.startsWith('paused for billing') === true,
  );
  assert.match(paused.progress?.note ?? '', /given up in 60 minutes: .*402: card expired/);
  const status = await terminal.run('status', 'paid');
  assertOutput(status, 0, /under way: steps 0 to 3, paused for billing, given up in/);
});

void test('billing that is not settled in time parks the run with what to do, and a retry ends it', async () => {
  await clearFaults(servers().tinkerUrl());
  // Every attempt requests the settings.
  await postFaults(
    servers().tinkerUrl(),
    { path: 'client/config', status: 200, body: { billing_exception_max_pause_duration_sec: 0 }, times: 9 },
    { path: 'asample', status: 402, body: { detail: 'card expired' }, times: 99 },
  );
  assertOutput(
    await terminal.run('watch', 'paid'),
    3,
    /train waits for a decision: TinkerBillingError/,
    /402: card expired/,
    /Settle the billing/,
    /retry-stage paid train/,
  );
  await clearFaults(servers().tinkerUrl());
  assertOutput(await terminal.run('retry-stage', 'paid', 'train'), 0);
  assertOutput(await terminal.run('watch', 'paid'), 0, /paid-final/);
});

void test('checkpoints are listed with the time that they are kept', async () => {
  assertOutput(
    await terminal.run('checkpoints', 'paid'),
    0,
    /paid-000004.*6 d 23 h left/,
    /paid-final.*stays/,
  );
});

void test('checkpoints are kept and removed by label, and a second removal changes nothing', async () => {
  const { run } = terminal;
  assertOutput(await run('checkpoints', 'paid', 'keep', 'paid-000004'), 0, /paid-000004 no longer expires/);
  assertOutput(await run('checkpoints', 'paid', 'rm', 'paid-000008'), 0, /is removed/);
  assertOutput(await run('checkpoints', 'paid', 'rm', 'paid-000008'), 0, /no longer has paid-000008/);
});

void test('checkpoints refuses an unknown action, and a removal that names none', async () => {
  const { run } = terminal;
  assertOutput(
    await run('checkpoints', 'paid', 'rm'),
    2,
    /`rm` needs the label of the checkpoint to remove/,
    /paid-000004, paid-000008, paid-final/,
  );
  assertOutput(await run('checkpoints', 'paid', 'sell'), 2, /the actions are ls, keep, rm, export/);
});

void test('a removed checkpoint can be neither sampled, kept nor exported', async () => {
  const { run } = terminal;
  assertOutput(
    await run('sample', 'paid', 'Hello.', '--checkpoint', 'paid-000008'),
    1,
    /CheckpointLostError: .* does not have tinker:.*paid-000008/,
    /headrace checkpoints RUN/,
  );
  assertOutput(await run('checkpoints', 'paid', 'keep', 'paid-000008'), 1, /CheckpointLostError/);
  assertOutput(await run('checkpoints', 'paid', 'export', 'paid-000008'), 1, /CheckpointLostError/);
});

void test('the list in JSON has what of each checkpoint is on the server', async () => {
  assert.deepEqual(
    (await listed()).map(({ label, on_server }) => [label, on_server?.state, on_server?.sampler.here]),
    [
      ['paid-000004', { here: true, expires_at: null }, true],
      ['paid-000008', { here: false, expires_at: null }, false],
      ['paid-final', { here: true, expires_at: null }, true],
    ],
  );
});

void test('an export writes a PEFT adapter of the final checkpoint, or of the one that is named', async () => {
  const { folder, run } = terminal;
  const files = ['adapter_config.json', 'adapter_model.safetensors'];
  const result = await run('checkpoints', 'paid', 'export', '--to', 'taken', '--json');
  assertOutput(result, 0);
  const exported = JSON.parse(result.stdout) as { label: string; from: string };
  assert.equal(exported.label, 'paid-final');
  assert.equal(exported.from, (await listed()).at(-1)?.sampler_path);
  assert.deepEqual((await readdir(join(folder, 'taken'))).sort(), files);
  const config = JSON.parse(await readFile(join(folder, 'taken', 'adapter_config.json'), 'utf8')) as {
    readonly r: number;
  };
  assert.equal(config.r, 4);
  assertOutput(await run('checkpoints', 'paid', 'export', 'paid-000004'), 0, /PEFT adapter/);
  assert.deepEqual((await readdir(join(folder, 'runs/paid/adapters/paid-000004'))).sort(), files);
});

void test('without a server the list is still given, and what the server has is not known', async () => {
  const away = { ...terminal.env, TINKER_BASE_URL: 'http://127.0.0.1:9' };
  assertOutput(
    await headrace(['checkpoints', 'paid'], away, terminal.folder),
    0,
    /paid-final.*not known/,
    /The server does not list its checkpoints: .*127\.0\.0\.1:9/,
  );
});

void test('checkpoints that are on the first server are not requested from another', async () => {
  const { env, folder } = terminal;
  const other = await startTinkerServer({ modelDir: shippedModelDir, stateDir: join(folder, 'other') });
  try {
    const elsewhere = { ...env, TINKER_BASE_URL: other.url };
    const list = await headrace(['checkpoints', 'paid'], elsewhere, folder);
    assertOutput(list, 0, /paid-final.*not known/, /paid-final is on headrace-dev-server:/);
    const removal = await headrace(['checkpoints', 'paid', 'rm', 'paid-final'], elsewhere, folder);
    assertOutput(removal, 2, /Set TINKER_BASE_URL/);
  } finally {
    await other.close();
  }
});
