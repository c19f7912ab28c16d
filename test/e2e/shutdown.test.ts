import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { handleOf, runState } from '../../client/runs/find-run.js';
import type { Part } from '../../dev/stack/part.js';
import { updates } from '../../workflows/messages.js';
import { environmentOf, startWorker, useServers } from '../support/servers.js';
import { recipeFrom } from '../support/recipes.js';
import { resultOf, startRecipe, untilPending } from '../support/runs.js';
import { writeConversations } from '../support/conversations.js';

/** A worker that receives SIGTERM saves at once, in the middle of a segment that would take far longer. */

const servers = useServers();
const main = fileURLToPath(new URL('../../client/main.js', import.meta.url));
const steps = 300;

const yaml = (name: string): string => `name: ${name}
seed: 4
sources:
  - { name: chats, files: chats.jsonl }
train:
  base_model: headrace/tiny-qwen3
  label: long
  lora: { rank: 4, seed: 2 }
  batch_size: 4
  max_tokens: 64
  learning_rate: 2.0e-3
  max_steps: ${steps}
  checkpoint_every: ${steps}
  prompts: [Hello.]
`;

/** The metrics of an undisturbed run. */
async function untouchedMetrics(): Promise<string> {
  const worker = await startWorker(servers(), storeOf('untouched'));
  await startRecipe(servers(), storeOf('untouched'), recipeFrom(yaml('untouched'), servers().folder));
  await resultOf(servers(), 'untouched');
  await worker.close();
  return await metricsOf('untouched');
}

let untouched: Promise<string> | undefined;

function storeOf(name: string): string {
  return join(servers().folder, `store-${name}`);
}

async function metricsOf(name: string): Promise<string> {
  return await readFile(join(servers().folder, 'runs', name, 'metrics.jsonl'), 'utf8');
}

/** Starts the run and waits until its only segment is under way. */
async function untilTraining(name: string): Promise<void> {
  await writeConversations(join(servers().folder, 'chats.jsonl'), 1_200, 5);
  await startRecipe(servers(), storeOf(name), recipeFrom(yaml(name), servers().folder));
  await untilPending(
    servers(),
    name,
    ({ type, progress }) => type === 'trainSegment' && (progress?.done ?? 0) >= 5,
  );
}

/** How often the segment was attempted, by the event that started each activity. */
async function attemptsOfSegments(name: string): Promise<number[]> {
  const handle = servers().temporal.client.workflow.getHandle(`headrace/${name}/train`);
  const { events } = await handle.fetchHistory();
  const segments = new Set(
    (events ?? []).flatMap(({ eventId, activityTaskScheduledEventAttributes: scheduled }) =>
      scheduled?.activityType?.name === 'trainSegment' ? [String(eventId)] : [],
    ),
  );
  return (events ?? []).flatMap(({ activityTaskStartedEventAttributes: started }) =>
    segments.has(String(started?.scheduledEventId)) ? (started?.attempt ?? []) : [],
  );
}

/**
 * Asserts that the run was trained from one checkpoint in the middle to the next, with no step lost and none
 * trained twice.
 *
 * @param mostInterruptions - how often a segment may have been interrupted; at least once.
 */
async function assertNothingLost(name: string, mostInterruptions = 1): Promise<void> {
  const path = join(servers().folder, 'runs', name, 'checkpoints.jsonl');
  const checkpoints = (await readFile(path, 'utf8')).trim().split('\n');
  const ends = checkpoints.map((line) => (JSON.parse(line) as { step: number }).step);
  const [saved = 0] = ends;
  assert.ok(saved >= 5 && saved < steps, `saved after step ${saved}, which is in the middle`);
  assert.equal(ends.at(-1), steps);
  assert.ok(ends.length <= mostInterruptions + 1, `checkpoints after the steps ${ends.join(', ')}`);
  const attempts = await attemptsOfSegments(name);
  // A segment that is interrupted before its first step leaves no checkpoint.
  const most = mostInterruptions + 1;
  assert.ok(attempts.length >= ends.length && attempts.length <= most, `${attempts.length} segments`);
  assert.ok(
    attempts.every((attempt) => attempt === 1),
    `a segment failed: attempts ${attempts.join(', ')}`,
  );
  untouched ??= untouchedMetrics();
  assert.equal(await metricsOf(name), await untouched);
}

async function ended({ process }: Pick<Part, 'process'>): Promise<number | string | null> {
  if (process.exitCode !== null) return process.exitCode;
  return await new Promise((resolve) => process.once('exit', (code, signal) => resolve(code ?? signal)));
}

void test('a worker that gets SIGTERM saves the segment in the middle, and the next worker continues from there', async () => {
  const first = await startWorker(servers(), storeOf('sigterm'));
  await untilTraining('sigterm');
  first.process.kill('SIGTERM');
  assert.equal(await ended(first), 0);
  const second = await startWorker(servers(), storeOf('sigterm'));
  await resultOf(servers(), 'sigterm');
  await second.close();
  await assertNothingLost('sigterm');
});

void test('Ctrl-C in `headrace dev` lets its worker save the segment in the middle', async () => {
  const store = storeOf('dev');
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environmentOf(servers(), store) };
  const dev = spawn(process.execPath, [main, 'dev'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve) =>
    dev.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/A worker polls/.test(said)) resolve();
    }),
  );
  await untilTraining('dev');
  dev.kill('SIGINT');
  assert.equal(await ended({ process: dev }), 0, said);
  const worker = await startWorker(servers(), store);
  await resultOf(servers(), 'dev');
  await worker.close();
  await assertNothingLost('dev');
});

void test('a run that is paused while its worker ends continues with the next worker once it is resumed', async () => {
  const first = await startWorker(servers(), storeOf('paused'));
  await untilTraining('paused');
  const handle = handleOf(servers().temporal, 'paused');
  const pausing = handle.executeUpdate(updates.pause);
  first.process.kill('SIGTERM');
  assert.equal(await ended(first), 0);
  const second = await startWorker(servers(), storeOf('paused'));
  assert.match(await pausing, /^paused/);
  const { waitingFor } = await runState(handle);
  assert.deepEqual(
    waitingFor.map(({ kind }) => kind),
    ['pause'],
  );
  assert.equal(await handle.executeUpdate(updates.resume), 'the run continues');
  await resultOf(servers(), 'paused');
  await second.close();
  // The pause may come only when the next worker has begun the next segment.
  await assertNothingLost('paused', 2);
});
