import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertOutput } from '../support/command.js';
import { useServers } from '../support/servers.js';
import { slowTraining, untilStep } from '../support/slow-training.js';
import { atTerminal, openTerminal } from '../support/terminal.js';
import type { Terminal } from '../support/terminal.js';

/** One training is steered from test to test, and ends in the losses of an undisturbed run. */

const servers = useServers({ setUp, tearDown: () => terminal.close() });

let untouchedLosses = '';
let savedStep = 0;
let terminal: Terminal;

async function setUp(): Promise<void> {
  await atTerminal(servers(), 'untouched', slowTraining('touched'), async ({ folder, recipe, run }) => {
    assertOutput(await run('start', recipe, '--wait'), 0, /touched-final/);
    untouchedLosses = await readFile(join(folder, 'runs/untouched/metrics.jsonl'), 'utf8');
  });
  assert.equal(untouchedLosses.trim().split('\n').length, 60);
  terminal = await openTerminal(servers(), 'touched', slowTraining('touched'));
  const started = await terminal.run('start', terminal.recipe);
  assertOutput(started, 0, /Follow it with: npx headrace watch touched/);
}

/**
 * Which attempts at activities a workflow has seen: what a worker saves before it ends needs no second one.
 */
async function attemptsOf(workflowId: string, activityType: string): Promise<number[]> {
  const { events } = await servers().temporal.client.workflow.getHandle(workflowId).fetchHistory();
  const isOfType = new Set(
    (events ?? []).flatMap(({ eventId, activityTaskScheduledEventAttributes: scheduled }) =>
      scheduled?.activityType?.name === activityType ? [String(eventId)] : [],
    ),
  );
  const attempts = (events ?? []).flatMap(({ activityTaskStartedEventAttributes: started }) =>
    isOfType.has(String(started?.scheduledEventId)) ? (started?.attempt ?? []) : [],
  );
  return [...new Set(attempts)];
}

function written(file: string): Promise<string> {
  return readFile(join(terminal.folder, 'runs/touched', file), 'utf8');
}

async function labelsIn(file: string): Promise<string[]> {
  const lines = (await written(file)).trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { label: string }).label);
}

void test('a pause saves a checkpoint, and watch and status show that the run waits and what resumes it', async () => {
  const { run } = terminal;
  await untilStep(servers(), 'touched', 3);
  assertOutput(await run('pause', 'touched'), 0, /paused; the newest checkpoint is touched-0000\d\d/);
  assertOutput(await run('watch', 'touched'), 3, /headrace resume touched/);
  assertOutput(await run('status', 'touched'), 0, /pause waits for a decision/);
});

void test('a resumed training continues, and save names the checkpoint that it has saved', async () => {
  const { run } = terminal;
  assertOutput(await run('resume', 'touched'), 0, /the run continues/);
  await untilStep(servers(), 'touched', 22);
  const saved = await run('save', 'touched');
  assertOutput(saved, 0, /the newest checkpoint is touched-0000\d\d, after step/);
  savedStep = Number(/after step (\d+)/.exec(saved.stdout)?.[1]);
});

void test('a deploy lets no segment fail', async () => {
  // A segment without a step has nothing to save, and a second attempt trains it.
  await untilStep(servers(), 'touched', savedStep + 1);
  await terminal.restartWorker();
  await untilStep(servers(), 'touched', 41);
  // An evaluation beside it may be made again: it has nothing to save.
  assert.deepEqual(await attemptsOf('headrace/touched/train', 'trainSegment'), [1]);
});

void test('a cancelled training leaves what it trained recorded and a report', async () => {
  const { run } = terminal;
  assertOutput(await run('cancel', 'touched', '--wait'), 0, /Cancelled/);
  assertOutput(await run('watch', 'touched'), 4, /Starting the same recipe again uses its finished pieces/);
  assert.ok((await written('metrics.jsonl')).trim().split('\n').length >= 41);
  assert.match(await written('report.html'), /<html/);
});

void test('the same recipe started again reuses the recorded steps and ends in the losses of an undisturbed run', async () => {
  const again = await terminal.run('start', terminal.recipe, '--wait');
  assertOutput(again, 0, /steps were recorded already and were reused/);
  assert.equal(await written('metrics.jsonl'), untouchedLosses);
});

void test('the base model and every checkpoint were measured', async () => {
  assert.deepEqual(await labelsIn('samples.jsonl'), ['base', ...(await labelsIn('checkpoints.jsonl'))]);
});

void test('checkpoints of a run are listed, kept and removed, and one that it has not is refused', async () => {
  const { run } = terminal;
  assertOutput(await run('checkpoints', 'touched'), 0, /touched-000020/, /touched-final/);
  assertOutput(
    await run('checkpoints', 'touched', 'keep', 'touched-000020'),
    0,
    /touched-000020 no longer expires/,
  );
  assertOutput(await run('checkpoints', 'touched', 'rm', 'touched-000020'), 0, /is removed/);
  assertOutput(await run('checkpoints', 'touched', 'rm', 'nothing'), 2, /no checkpoint nothing/);
});

void test('sample takes an answer from the newest checkpoint of a run, the checkpoint of a path, or the base model', async () => {
  const { run } = terminal;
  const ofRun = await run('sample', 'touched', 'Hello.', '--max-tokens', '12');
  assertOutput(ofRun, 0);
  const newest = (await run('checkpoints', 'touched', '--json')).stdout.trim().split('\n').at(-1);
  const path = (JSON.parse(newest ?? '{}') as { sampler_path: string }).sampler_path;
  assert.equal((await run('sample', path, 'Hello.', '--max-tokens', '12')).stdout, ofRun.stdout);
  assertOutput(await run('sample', 'touched', 'Hello.', '--base', '--max-tokens', '12'), 0);
});
