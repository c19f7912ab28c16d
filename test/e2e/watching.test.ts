import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { programPath } from '../../client/command-line/program-path.js';
import { assertOutput, endedUnread, headraceUnread } from '../support/command.js';
import { clearFaults, postFaults } from '../support/faults.js';
import { untilPending } from '../support/runs.js';
import { useServers } from '../support/servers.js';
import { atTerminal } from '../support/terminal.js';
import type { Terminal } from '../support/terminal.js';
import { slowTraining, untilStep } from '../support/slow-training.js';
import { until } from '../support/until.js';

/** A run that is watched, parked and resumed from the command line. */

const servers = useServers();

interface Watching {
  readonly output: () => string;
  readonly interrupt: () => void;
  readonly code: Promise<number | null>;
}

/** `headrace watch` without a terminal, once it shows the training. */
async function watchTraining({ env, folder }: Terminal, name: string): Promise<Watching> {
  const child = spawn(process.execPath, [programPath, 'watch', name], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env, NO_COLOR: '1' },
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const closed = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
  await until(
    () => output.includes('stage: train') || undefined,
    () => `the stage train in: ${output}`,
  );
  return { output: () => output, interrupt: () => void child.kill('SIGINT'), code: closed };
}

void test('Ctrl-C ends the watching with 130 and leaves the run alone, and nothing is coloured that must not be', async () => {
  await atTerminal(servers(), 'watched', slowTraining('watched'), async (terminal) => {
    assertOutput(await terminal.run('start', terminal.recipe), 0);
    await untilStep(servers(), 'watched', 2);
    const watching = await watchTraining(terminal, 'watched');
    watching.interrupt();
    assert.equal(await watching.code, 130, watching.output());
    assert.match(watching.output(), /The run continues\. Watch it with `npx headrace watch watched`/);
    assert.ok(
      !watching.output().includes('\u001b['),
      'NO_COLOR and no terminal, and still there are escapes',
    );
    assertOutput(await terminal.run('watch', 'watched'), 0, /watched-final/);
    for (const args of [
      ['status', 'watched', '--json'],
      ['status', 'watched'],
      ['list', '--json'],
    ])
      assert.deepEqual(await headraceUnread(args, terminal.env), endedUnread, args.join(' '));
  });
});

void test('watching survives a Temporal server that goes away and comes back', async () => {
  await atTerminal(servers(), 'survives', slowTraining('survives'), async (terminal) => {
    assertOutput(await terminal.run('start', terminal.recipe), 0);
    await untilStep(servers(), 'survives', 2);
    const watching = await watchTraining(terminal, 'survives');
    await servers().crash('temporal');
    assert.equal(await watching.code, 0, watching.output());
    assert.match(watching.output(), /survives-final/);
  });
});

void test('a key that Tinker refuses in the middle of training parks the run; once it is good a retry continues', async () => {
  await atTerminal(servers(), 'refused', slowTraining('refused'), async ({ folder, recipe, run }) => {
    assertOutput(await run('start', recipe), 0);
    await untilStep(servers(), 'refused', 22);
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
    await atTerminal(servers(), 'halted', yaml, async ({ recipe, run }) => {
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
