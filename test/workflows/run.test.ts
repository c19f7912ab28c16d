import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useTemporal } from '../support/temporal.js';
import { fakeActivities, recipeOf, recordOf, ref, trainYaml } from './fake-activities.js';
import { updates } from '../../workflows/messages.js';
import { assertCancelled, untilAskedToSave, untilCalled, untilWaiting, withRun } from './runs.js';
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

void test('tokens are made while the results of the mix are written, and the training begins after both', async () => {
  const fake = fakeActivities();
  const asBefore = { ...fake.activities };
  let write = (): void => undefined;
  const mayWrite = new Promise<void>((resolve) => {
    write = resolve;
  });
  fake.activities.finishMix = async (input) => {
    await mayWrite;
    return await asBefore.finishMix(input);
  };
  fake.activities.finishTokens = async (input) => {
    const tokens = await asBefore.finishTokens(input);
    fake.calls.push('finishTokens');
    write();
    return tokens;
  };
  await withRun(temporal(), recipeOf('beside', ['a'], trainYaml), fake, async (handle) => {
    await handle.result();
  });
  const at = (call: string): number => fake.calls.indexOf(call);
  assert.ok(at('finishTokens') < at('finishMix'));
  assert.ok(at('finishMix') < at('trainSegment 0-2'));
});

void test('what is to be reviewed has its results before the decision, and tokens after it', async () => {
  const fake = fakeActivities();
  const asBefore = { ...fake.activities };
  fake.activities.planTokens = async (input) => {
    fake.calls.push('planTokens');
    return await asBefore.planTokens(input);
  };
  const recipe = recipeOf('reviewed', ['a'], `${trainYaml}\nreview: true`);
  await withRun(temporal(), recipe, fake, async (handle) => {
    await untilWaiting(handle);
    assert.ok(fake.calls.includes('finishMix'));
    assert.ok(!fake.calls.includes('planTokens'));
    await handle.executeUpdate(updates.approve, { args: [{ note: '' }] });
    await handle.result();
  });
  assert.equal(fake.calls.filter((call) => call === 'finishMix').length, 1);
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
