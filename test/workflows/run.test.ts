import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledFailure, Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import type { ResolvedRecipe } from '../../client/recipe/recipe-file.js';
import type { Stage1Handle } from '../../client/runs/start-run.js';
import type { stage1 } from '../../workflows/stage1.js';
import { useTemporal, withWorker } from '../support/temporal.js';
import type { TestTemporal } from '../support/temporal.js';
import { fakeActivities, recipeOf, recordOf, ref, trainYaml } from './fake-activities.js';

/** Runs that nobody touches, and runs that are cancelled. */

const temporal = useTemporal();

async function startStage1(
  server: TestTemporal,
  queue: string,
  recipe: ResolvedRecipe,
): Promise<Stage1Handle> {
  return await server.client.workflow.start<typeof stage1>('stage1', {
    workflowId: `headrace/${queue}`,
    taskQueue: queue,
    args: [{ recipe, searchAttributes: false }],
  });
}

void test('a run goes from sources to the final checkpoint, each segment recorded after it was trained', async () => {
  const queue = `q-${randomUUID()}`;
  const fake = fakeActivities();
  const result = await withWorker(temporal(), queue, fake.activities, async () => {
    const handle = await startStage1(temporal(), queue, recipeOf('happy', ['a', 'b'], trainYaml));
    return await handle.result();
  });
  assert.equal(result.trained?.final.label, 'demo-final');
  assert.equal(result.reportPath, '/nowhere/report.html');
  assert.deepEqual(
    fake.calls.filter((call) => call.includes('Segment')),
    [0, 2, 4].flatMap((from) => [`trainSegment ${from}-${from + 2}`, `recordSegment ${from}-${from + 2}`]),
  );
  const measured = ['evaluate base', 'evaluate demo-000002', 'evaluate demo-000004', 'evaluate demo-final'];
  assert.deepEqual(
    fake.calls.filter((call) => call.startsWith('evaluate')),
    measured,
  );
  const at = (call: string): number => fake.calls.indexOf(call);
  assert.ok(at('evaluate base') < at('trainSegment 0-2'));
  assert.ok(at('recordSegment 0-2') < at('evaluate demo-000002'));
  assert.ok(at('recordSegment 2-4') < at('evaluate demo-000004'));
  assert.ok(at('recordSegment 4-6') < at('evaluate demo-final'));
});

void test('a recipe without train ends after the mix', async () => {
  const queue = `q-${randomUUID()}`;
  const fake = fakeActivities();
  const result = await withWorker(temporal(), queue, fake.activities, async () => {
    const handle = await startStage1(temporal(), queue, recipeOf('data', ['a']));
    return await handle.result();
  });
  assert.equal(result.trained, null);
  assert.ok(!fake.calls.some((call) => call.startsWith('train')));
  assert.deepEqual(fake.calls.slice(-2), ['finishMix', 'writeReport']);
});

void test('a cancel lets the segment save where it stands, records that, and ends as cancelled', async () => {
  const queue = `q-${randomUUID()}`;
  const fake = fakeActivities();
  fake.activities.trainSegment = async ({ from, to }) => {
    fake.calls.push(`trainSegment ${from}-${to}`);
    const beat = setInterval(() => Context.current().heartbeat(), 200);
    try {
      await Context.current().cancelled.catch((error: unknown) => {
        if (!(error instanceof CancelledFailure)) throw error;
      });
    } finally {
      clearInterval(beat);
    }
    return { ...recordOf(from + 1, 6), metrics: ref('metrics', 'm') };
  };
  await withWorker(temporal(), queue, fake.activities, async () => {
    const handle = await startStage1(temporal(), queue, recipeOf('cancels', ['a'], trainYaml));
    for (let look = 0; look < 100 && !fake.calls.includes('trainSegment 0-2'); look += 1) await sleep(200);
    await handle.cancel();
    await assert.rejects(
      handle.result(),
      (error: unknown) => error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure,
    );
  });
  assert.ok(fake.calls.includes('recordSegment 0-1'), fake.calls.join('\n'));
  assert.equal(fake.calls.at(-1), 'writeReport');
});

void test('a run of many files keeps its payloads under 64 KiB and each history under 10,000 events', async () => {
  const queue = `q-${randomUUID()}`;
  const fake = fakeActivities({ downloads: 64, pieces: 64, totalSteps: 220 });
  await withWorker(temporal(), queue, fake.activities, async () => {
    const handle = await startStage1(temporal(), queue, recipeOf('many', ['a', 'b', 'c'], trainYaml));
    await handle.result();
    for (const id of [handle.workflowId, `${handle.workflowId}/source/a`, `${handle.workflowId}/train`]) {
      const { events } = await temporal().client.workflow.getHandle(id).fetchHistory();
      assert.ok((events ?? []).length > 10 && (events ?? []).length < 10_000, `${id}: ${events?.length}`);
      for (const payload of payloadsIn(events))
        assert.ok(payload < 64 * 1024, `${id} has a payload of ${payload} bytes`);
    }
  });
  assert.equal(fake.calls.filter((call) => call.startsWith('trainSegment')).length, 110);
});

/** Sizes of every payload in a history. */
function payloadsIn(value: unknown): number[] {
  if (value instanceof Uint8Array) return [value.length];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(payloadsIn);
}
