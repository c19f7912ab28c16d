import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTinkerServer } from '../../dev/tinker/server/index.js';
import { shippedModelDir } from '../../dev/stack/shipped.js';
import { environmentOf, startWorker, useServers } from '../support/servers.js';
import { headrace, assertOutput } from '../support/command.js';
import { untilPending } from '../support/runs.js';
import { writeConversations } from '../support/conversations.js';
import { writeRecipe } from '../support/recipes.js';
import type { CommandResult } from '../support/command.js';
import { postFaults, clearFaults } from '../support/faults.js';

/** What a user does with Tinker at the command line, against real servers and a real worker. */

const servers = useServers();

interface Line {
  readonly label: string;
  readonly sampler_path: string;
  readonly server: string;
  readonly on_server: {
    readonly state: { readonly here: boolean; readonly expires_at: string | null };
    readonly sampler: { readonly here: boolean };
  } | null;
}

void test('a training pauses for billing and says so, parks when nobody pays, and its checkpoints are listed, kept, removed and exported', async () => {
  const folder = join(servers().folder, 'paid');
  const store = join(folder, 'store');
  await writeConversations(join(folder, 'chats.jsonl'), 120, 5);
  const recipe = await writeRecipe(
    folder,
    `name: paid
seed: 4
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
`,
  );
  const worker = await startWorker(servers(), store);
  const env = environmentOf(servers(), store);
  const run = (...args: string[]): Promise<CommandResult> => headrace(args, env, folder);
  try {
    // A pause that somebody ends in time, and after it one that nobody ends: the settings are asked for by
    // every attempt.
    await postFaults(servers().tinkerUrl(), {
      path: 'optim_step',
      status: 402,
      body: { detail: 'card expired' },
      skip: 2,
    });
    assertOutput(await run('start', recipe), 0);
    const paused = await untilPending(
      servers(),
      'paid',
      ({ progress }) => progress?.note?.startsWith('paused for billing') === true,
    );
    assert.match(paused.progress?.note ?? '', /given up in 60 minutes: .*402: card expired/);
    assertOutput(await run('status', 'paid'), 0, /under way: steps 0 to 3, paused for billing, given up in/);
    await postFaults(
      servers().tinkerUrl(),
      { path: 'client/config', status: 200, body: { billing_exception_max_pause_duration_sec: 0 }, times: 9 },
      { path: 'asample', status: 402, body: { detail: 'card expired' }, times: 99 },
    );
    assertOutput(
      await run('watch', 'paid'),
      3,
      /training waits for a person: TinkerBillingError/,
      /402: card expired/,
      /Settle the billing/,
      /retry-stage paid train/,
    );
    await clearFaults(servers().tinkerUrl());
    assertOutput(await run('retry-stage', 'paid', 'train'), 0);
    assertOutput(await run('watch', 'paid'), 0, /paid-final/);

    assertOutput(await run('checkpoints', 'paid'), 0, /paid-000004.*6 d 23 h left/, /paid-final.*stays/);
    assertOutput(await run('checkpoints', 'paid', 'keep', 'paid-000004'), 0, /stays until/);
    assertOutput(await run('checkpoints', 'paid', 'rm', 'paid-000008'), 0, /is removed/);
    assertOutput(await run('checkpoints', 'paid', 'rm', 'paid-000008'), 0, /no longer has paid-000008/);
    assertOutput(
      await run('checkpoints', 'paid', 'rm'),
      2,
      /none was/,
      /paid-000004, paid-000008, paid-final/,
    );
    assertOutput(
      await run('sample', 'paid', 'Hello.', '--checkpoint', 'paid-000008'),
      1,
      /CheckpointLostError: .* does not have tinker:.*paid-000008/,
      /headrace checkpoints RUN/,
    );
    assertOutput(await run('checkpoints', 'paid', 'keep', 'paid-000008'), 1, /CheckpointLostError/);
    assertOutput(await run('checkpoints', 'paid', 'export', 'paid-000008'), 1, /CheckpointLostError/);
    assertOutput(await run('checkpoints', 'paid', 'sell'), 2, /there are ls, keep, rm, export/);
    const listed = await run('checkpoints', 'paid', 'ls', '--json');
    const lines = listed.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    assert.deepEqual(
      lines.map(({ label, on_server }) => [label, on_server?.state, on_server?.sampler.here]),
      [
        ['paid-000004', { here: true, expires_at: null }, true],
        ['paid-000008', { here: false, expires_at: null }, false],
        ['paid-final', { here: true, expires_at: null }, true],
      ],
    );

    const exported = await run('checkpoints', 'paid', 'export', '--to', 'taken', '--json');
    assertOutput(exported, 0);
    const told = JSON.parse(exported.stdout) as { label: string; files: string[]; from: string };
    assert.equal(told.label, 'paid-final');
    assert.equal(told.from, lines.at(-1)?.sampler_path);
    const files = ['adapter_config.json', 'adapter_model.safetensors'];
    assert.deepEqual((await readdir(join(folder, 'taken'))).sort(), files);
    const config = JSON.parse(await readFile(join(folder, 'taken', 'adapter_config.json'), 'utf8')) as object;
    assert.deepEqual(
      Object.entries(config).filter(([key]) => key === 'r'),
      [['r', 4]],
    );
    assertOutput(await run('checkpoints', 'paid', 'export', 'paid-000004'), 0, /PEFT adapter/);
    assert.deepEqual((await readdir(join(folder, 'runs/paid/adapters/paid-000004'))).sort(), files);

    const away = { ...env, TINKER_BASE_URL: 'http://127.0.0.1:9' };
    const offline = await headrace(['checkpoints', 'paid'], away, folder);
    assertOutput(
      offline,
      0,
      /paid-final.*not known/,
      /What the server still has is not known: .*127\.0\.0\.1:9/,
    );
    const other = await startTinkerServer({ modelDir: shippedModelDir, stateDir: join(folder, 'other') });
    try {
      const elsewhere = { ...env, TINKER_BASE_URL: other.url };
      const asked = await headrace(['checkpoints', 'paid'], elsewhere, folder);
      assertOutput(asked, 0, /paid-final.*not known/, /paid-final is on headrace-dev-server:/);
      assertOutput(
        await headrace(['checkpoints', 'paid', 'rm', 'paid-final'], elsewhere, folder),
        2,
        /Set TINKER_BASE_URL/,
      );
    } finally {
      await other.close();
    }
  } finally {
    await worker.close();
  }
});

void test('doctor --tinker-smoke tries a server and speaks of it alone: 0, or 1 with the step that failed', async () => {
  // No Temporal, no Hub: a user with a key has neither yet.
  const env = {
    HEADRACE_STORE: join(servers().folder, 'smoke'),
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    TINKER_BASE_URL: servers().tinkerUrl(),
    TINKER_API_KEY: 'tml-smoke-planted-key',
  };
  const run = (...args: string[]): Promise<CommandResult> => headrace(['doctor', ...args], env);
  assertOutput(
    await run('--tinker-smoke'),
    0,
    /✓ two steps: loss [\d.]+ → [\d.]+ → [\d.]+/,
    /✓ load: the same loss/,
    /✓ delete: 2 checkpoints/,
    /8 checks passed/,
  );
  await postFaults(servers().tinkerUrl(), {
    path: 'save_weights',
    status: 422,
    body: { detail: 'no room, tml-smoke-planted-key' },
  });
  const failed = await run('--tinker-smoke', '--json');
  assert.equal(failed.code, 1, failed.stderr);
  const said = JSON.parse(failed.stdout) as {
    ok: boolean;
    server: string;
    checks: { what: string; message: string }[];
  };
  assert.deepEqual([said.ok, said.server], [false, servers().tinkerUrl()]);
  assert.match(said.checks.at(-1)?.message ?? '', /^save: .*422: no room/);
  assert.ok(!`${failed.stdout}${failed.stderr}`.includes('planted'), 'the key was shown');
  const recipe = await writeRecipe(
    join(servers().folder, 'smoke-recipe'),
    'name: smoke\nsources:\n  - { name: a, files: a.jsonl }\ntrain: { base_model: no/such-model, learning_rate: 1.0e-3 }\n',
  );
  assertOutput(await run(recipe, '--tinker-smoke'), 1, /BaseModelError: create: .*no\/such-model/);
  const gone = await headrace(['doctor', '--tinker-smoke'], {
    ...env,
    TINKER_BASE_URL: 'http://127.0.0.1:9',
  });
  assertOutput(gone, 1, /TinkerUnavailableError: capabilities: .*127\.0\.0\.1:9/);
});
