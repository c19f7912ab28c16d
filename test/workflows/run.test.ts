import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useTemporal } from '../support/temporal.js';
import { fakeActivities, recipeOf, recordOf, ref, trainYaml } from './fake-activities.js';
import { assertCancelled, untilAskedToSave, untilCalled, withRun } from './runs.js';
import { assertBoundedHistory } from '../support/history.js';

/** Undisturbed runs, and runs that are cancelled. */

const temporal = useTemporal();

void test('a run goes from sources to the final checkpoint, each segment recorded after it was trained', async () => {
  const fake = fakeActivities();
  const result = await withRun(temporal(), recipeOf('happy', ['a', 'b'], trainYaml), fake, async (handle) => {
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
  const fake = fakeActivities();
  const result = await withRun(temporal(), recipeOf('data', ['a']), fake, async (handle) => {
    return await handle.result();
  });
  assert.equal(result.trained, null);
  assert.ok(!fake.calls.some((call) => call.startsWith('train')));
  assert.deepEqual(fake.calls.slice(-2), ['finishMix', 'writeReport']);
});

void test('a cancel lets the segment save where it stands, records that, and ends as cancelled', async () => {
  const fake = fakeActivities();
  fake.activities.trainSegment = async ({ from, to }) => {
    fake.calls.push(`trainSegment ${from}-${to}`);
    await untilAskedToSave();
    return { ...recordOf(from + 1, 6), metrics: ref('metrics', 'm') };
  };
  await withRun(temporal(), recipeOf('cancels', ['a'], trainYaml), fake, async (handle) => {
    await untilCalled(fake, 'trainSegment 0-2');
    await handle.cancel();
    await assertCancelled(handle);
  });
  assert.ok(fake.calls.includes('recordSegment 0-1'), fake.calls.join('\n'));
  assert.equal(fake.calls.at(-1), 'writeReport');
});

void test('a run of many files and segments keeps its payloads under 64 KiB and each history under 10,000 events', async () => {
  const fake = fakeActivities({ downloads: 64, pieces: 64, totalSteps: 220 });
  await withRun(temporal(), recipeOf('many', ['a'], trainYaml), fake, async (handle) => {
    await handle.result();
    for (const id of [handle.workflowId, `${handle.workflowId}/source/a`, `${handle.workflowId}/train`])
      await assertBoundedHistory(temporal().client, id);
  });
  assert.equal(fake.calls.filter((call) => call.startsWith('trainSegment')).length, 110);
});
