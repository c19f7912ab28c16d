import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { environmentOf, startWorker, useServers } from '../support/servers.js';
import { headrace, assertOutput } from '../support/command.js';
import { untilPending } from '../support/runs.js';
import { writeConversations } from '../support/conversations.js';
import { writeRecipe } from '../support/recipes.js';
import type { CommandResult } from '../support/command.js';
import { postFaults, clearFaults } from '../support/faults.js';

/** A person at a terminal: every command is a process of its own, against real servers and a real worker. */

const servers = useServers();

/** Steps of about 0.2 s, so that a segment lasts for several heartbeats and can be met in the middle. */
const train = (label: string): string => `train:
  base_model: headrace/tiny-qwen3
  label: ${label}
  lora: { rank: 4, seed: 2 }
  batch_size: 16
  max_tokens: 128
  learning_rate: 2.0e-3
  max_steps: 60
  checkpoint_every: 20
  prompts: [Hello.]
`;

interface Terminal {
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly recipe: string;
  readonly run: (...args: string[]) => Promise<CommandResult>;
}

/** A store with a worker, a recipe and a terminal, for as long as `work` takes. */
async function atTerminal(
  name: string,
  recipe: string,
  work: (terminal: Terminal) => Promise<void>,
): Promise<void> {
  const folder = join(servers().folder, name);
  await writeConversations(join(folder, 'chats.jsonl'), 1_200, 5);
  const path = await writeRecipe(folder, `name: ${name}\n${recipe}`);
  const store = join(folder, 'store');
  const worker = await startWorker(servers(), store);
  const env = environmentOf(servers(), store);
  try {
    await work({
      folder,
      env,
      recipe: path,
      run: async (...args) => await headrace(args, env, folder),
    });
  } finally {
    await worker.close();
  }
}

async function untilStep(name: string, step: number): Promise<void> {
  await untilPending(
    servers(),
    name,
    (activity) => activity.type === 'trainSegment' && (activity.progress?.done ?? 0) >= step,
  );
}

/** The labels of a file of the results, a line each. */
async function labelsIn(folder: string, name: string, file: string): Promise<string[]> {
  const lines = (await readFile(join(folder, 'runs', name, file), 'utf8')).trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { label: string }).label);
}

const local = (name: string): string =>
  `seed: 4\nheldout: { fraction: 0.02, rows: 6 }\nsources:\n  - { name: chats, files: chats.jsonl }\n${train(name)}`;

void test('pause, resume, save, cancel and start again end in the losses of a run that nobody touched', async () => {
  let losses = '';
  await atTerminal('untouched', local('touched'), async ({ folder, recipe, run }) => {
    assertOutput(await run('start', recipe, '--wait'), 0, /touched-final/);
    losses = await readFile(join(folder, 'runs/untouched/metrics.jsonl'), 'utf8');
  });
  assert.equal(losses.trim().split('\n').length, 60);
  await atTerminal('touched', local('touched'), async ({ folder, recipe, run }) => {
    assertOutput(await run('start', recipe), 0, /Follow it with: npx headrace watch touched/);
    await untilStep('touched', 3);
    assertOutput(await run('pause', 'touched'), 0, /paused; the newest checkpoint is touched-0000\d\d/);
    assertOutput(await run('watch', 'touched'), 3, /headrace resume touched/);
    assertOutput(await run('status', 'touched'), 0, /pause waits for a person/);
    assertOutput(await run('resume', 'touched'), 0, /goes on/);
    await untilStep('touched', 22);
    assertOutput(await run('save', 'touched'), 0, /the newest checkpoint is touched-0000\d\d, after step/);
    await untilStep('touched', 41);
    assertOutput(await run('cancel', 'touched', '--wait'), 0, /Cancelled/);
    assertOutput(await run('watch', 'touched'), 4, /Starting the same recipe again goes on/);
    const saved = await readFile(join(folder, 'runs/touched/metrics.jsonl'), 'utf8');
    assert.ok(saved.trim().split('\n').length >= 41, 'what was trained before the cancel was not recorded');
    assert.match(await readFile(join(folder, 'runs/touched/report.html'), 'utf8'), /<html/);
    assertOutput(await run('start', recipe, '--wait'), 0, /steps were recorded already and were reused/);
    assert.equal(await readFile(join(folder, 'runs/touched/metrics.jsonl'), 'utf8'), losses);
    const measured = await labelsIn(folder, 'touched', 'samples.jsonl');
    assert.deepEqual(measured, ['base', ...(await labelsIn(folder, 'touched', 'checkpoints.jsonl'))]);
  });
});

void test('the checkpoints of a run can be listed, kept and removed', async () => {
  await atTerminal('listed', local('listed'), async ({ recipe, run }) => {
    assertOutput(await run('start', recipe, '--wait'), 0);
    assertOutput(await run('checkpoints', 'listed'), 0, /listed-000020/, /listed-final/);
    assertOutput(await run('checkpoints', 'listed', 'keep', 'listed-000020'), 0, /stays until/);
    assertOutput(await run('checkpoints', 'listed', 'rm', 'listed-000020'), 0, /is removed/);
    assertOutput(await run('checkpoints', 'listed', 'rm', 'nothing'), 2, /no checkpoint nothing/);
  });
});

void test('a checkpoint answers the same by its run and by its path, and the base model answers too', async () => {
  await atTerminal('sampled', local('sampled'), async ({ recipe, run }) => {
    assertOutput(await run('start', recipe, '--wait'), 0);
    const first = await run('sample', 'sampled', 'Hello.', '--max-tokens', '12');
    assertOutput(first, 0);
    const [newest] = (await run('checkpoints', 'sampled', '--json')).stdout.trim().split('\n').slice(-1);
    const path = (JSON.parse(newest ?? '{}') as { sampler_path: string }).sampler_path;
    assert.equal((await run('sample', path, 'Hello.', '--max-tokens', '12')).stdout, first.stdout);
    assertOutput(await run('sample', 'sampled', 'Hello.', '--base', '--max-tokens', '12'), 0);
  });
});

void test('a source is repaired while it waits, the mix is read, changed and approved, and its lines traced', async () => {
  const yaml = `review: true
sources:
  - { name: chats, files: chats.jsonl }
  - { name: social, dataset: allenai/prosocial-dialog, revision: nowhere }
`;
  await atTerminal('repaired', yaml, async ({ folder, recipe, run }) => {
    assertOutput(
      await run('start', recipe, '--wait'),
      3,
      /RevisionNotFoundError/,
      /replace-source repaired social/,
    );
    assertOutput(await run('report', 'repaired'), 0, /report\.html/);
    assertOutput(await run('trace', 'repaired', '1'), 2, /not made yet/);
    assertOutput(
      await run('replace-source', 'repaired', 'socal', '--revision', 'main'),
      2,
      /no source "socal"/,
    );
    assertOutput(await run('replace-source', 'repaired', 'social'), 2, /Say what/);
    assertOutput(
      await run('replace-source', 'repaired', 'social', '--revision', 'main'),
      0,
      /tried again as allenai\/prosocial-dialog at main/,
    );
    assertOutput(await run('watch', 'repaired'), 3, /headrace approve repaired/);
    assertOutput(await run('review', 'repaired'), 0, /line 1 of train\.jsonl/, /user: /, /change-caps/);
    assertOutput(await run('change-caps', 'repaired', 'chats=lots'), 2, /"chats=lots" is no cap/);
    assertOutput(await run('change-caps', 'repaired', 'chats=7', 'social=5'), 0, /made again/);
    for (let look = 0; look < 60; look += 1) {
      if (/12 conversations/.test((await run('status', 'repaired')).stdout)) break;
      await sleep(300);
    }
    assertOutput(await run('watch', 'repaired'), 3, /12 conversations waits? for review/);
    // The recipe as it was started is another one now, and as it was repaired it is the same.
    assertOutput(await run('start', recipe), 1, /RecipeChangedError/, /revision/);
    assertOutput(await run('approve', 'repaired', '--note', 'good'), 0, /approved/);
    assertOutput(await run('watch', 'repaired'), 0, /\(12 lines/);
    const lines = (await readFile(join(folder, 'runs/repaired/train.jsonl'), 'utf8')).trim().split('\n');
    for (const [index, line] of lines.entries()) {
      const traced = await run('trace', 'repaired', String(index + 1), '--json');
      const origin = JSON.parse(traced.stdout) as { source: string; path: string; row: number };
      if (origin.source !== 'chats') continue;
      const row = (await readFile(origin.path, 'utf8')).split('\n')[origin.row - 1] ?? '';
      const { messages } = JSON.parse(row) as { messages: unknown };
      assert.equal(line, JSON.stringify({ messages }));
      assertOutput(await run('trace', 'repaired', String(index + 1)), 0, /chats\.jsonl, line/);
      break;
    }
    assertOutput(await run('trace', 'repaired', '13'), 2, /has no line 13/);
  });
});

void test('mix alone, without Temporal, writes the bytes that a run writes', async () => {
  const yaml =
    'seed: 9\nheldout: { fraction: 0.05 }\nsources:\n  - { name: chats, files: chats.jsonl, rows: 100 }\n';
  await atTerminal('alone', yaml, async ({ folder, env, recipe, run }) => {
    assertOutput(await run('start', recipe, '--wait'), 0);
    const there = await readFile(join(folder, 'runs/alone/train.jsonl'), 'utf8');
    assertOutput(
      await run('start', recipe, '--set', 'sources.0.rows=90', '--wait'),
      0,
      /The last run of this name had another recipe/,
      /sources\.0\.rows: 100 then, 90 now/,
    );
    const { TEMPORAL_ADDRESS: _none, ...without } = env;
    const mixed = await headrace(
      ['mix', recipe, '--set', 'out=elsewhere', '--json'],
      { ...without, HEADRACE_STORE: join(folder, 'another-store') },
      folder,
    );
    assertOutput(mixed, 0);
    assert.equal(await readFile(join(folder, 'elsewhere/train.jsonl'), 'utf8'), there);
  });
});

void test('Ctrl-C ends the watching with 130 and leaves the run alone; nothing is coloured that must not be', async () => {
  await atTerminal('watched', local('watched'), async ({ env, folder, recipe, run }) => {
    assertOutput(await run('start', recipe), 0);
    await untilStep('watched', 2);
    const main = fileURLToPath(new URL('../../client/main.js', import.meta.url));
    const child = spawn(process.execPath, [main, 'watch', 'watched'], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env, NO_COLOR: '1' },
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    while (!said.includes('stage: train')) await sleep(100);
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.once('exit', resolve));
    assert.equal(code, 130, said);
    assert.match(said, /The run goes on\. Come back with `npx headrace watch watched`/);
    assert.ok(!said.includes('\u001b['), 'NO_COLOR and no terminal, and still there are escapes');
    assertOutput(await run('watch', 'watched'), 0, /watched-final/);
  });
});

void test('watching survives a Temporal server that goes away and comes back', async () => {
  await atTerminal('survives', local('survives'), async ({ recipe, run }) => {
    assertOutput(await run('start', recipe), 0);
    await untilStep('survives', 2);
    const watching = run('watch', 'survives');
    await sleep(1_500);
    await servers().crash('temporal');
    assertOutput(await watching, 0, /survives-final/);
  });
});

void test('a key that Tinker refuses in the middle of training parks the run; once it is good a retry goes on', async () => {
  await atTerminal('refused', local('refused'), async ({ folder, recipe, run }) => {
    assertOutput(await run('start', recipe), 0);
    await untilStep('refused', 22);
    await postFaults(servers().tinkerUrl(), { path: 'optim_step', status: 401, times: 3 });
    assertOutput(await run('watch', 'refused'), 3, /TinkerAuthError/, /retry-stage refused train/);
    await clearFaults(servers().tinkerUrl());
    assertOutput(await run('retry-stage', 'refused', 'train'), 0, /tried again/);
    assertOutput(await run('watch', 'refused'), 0, /refused-final/, /recorded already/);
    const steps = (await readFile(join(folder, 'runs/refused/metrics.jsonl'), 'utf8')).trim().split('\n');
    assert.equal(steps.length, 60);
  });
});

void test('a pause in a download stops it, and resume ends in the whole mix', async () => {
  const yaml = 'sources:\n  - { name: social, dataset: allenai/prosocial-dialog, rows: 50 }\n';
  await postFaults(servers().hubUrl(), { kind: 'rate', path: 'resolve', bytesPerSecond: 20_000 });
  try {
    await atTerminal('halted', yaml, async ({ recipe, run }) => {
      assertOutput(await run('start', recipe), 0);
      await untilPending(
        servers(),
        'halted',
        (activity) => activity.type === 'downloadFiles' && (activity.progress?.done ?? 0) > 0,
      );
      assertOutput(await run('pause', 'halted'), 0, /paused/);
      assertOutput(await run('save', 'halted'), 2, /nothing to save in the stage download/);
      assertOutput(await run('watch', 'halted'), 3, /headrace resume halted/);
      await clearFaults(servers().hubUrl());
      assertOutput(await run('resume', 'halted'), 0);
      assertOutput(await run('watch', 'halted'), 0, /train\.jsonl/);
      assertOutput(await run('pause', 'halted'), 2, /it waits for nothing/);
    });
  } finally {
    await clearFaults(servers().hubUrl());
  }
});
