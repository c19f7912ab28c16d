import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CancelledFailure } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { queries, updates } from '../../workflows/messages.js';
import { useTemporal } from '../support/temporal.js';
import { fakeActivities, recipeOf, recordOf, ref, trainYaml } from './fake-activities.js';
import type { Fake } from './fake-activities.js';
import {
  assertStandsStill,
  refusal,
  slowFirstSegment,
  untilCalled,
  untilCancelled,
  untilState,
  withRun,
} from './runs.js';

/** A run is paused, resumed, and saves a checkpoint on request. */

const temporal = useTemporal();

function segments(fake: Fake): string[] {
  return fake.calls.filter((call) => /Segment/.test(call));
}

const afterStepOne = [
  'trainSegment 0-2',
  'recordSegment 0-1',
  'trainSegment 1-2',
  'recordSegment 1-2',
  'trainSegment 2-4',
  'recordSegment 2-4',
  'trainSegment 4-6',
  'recordSegment 4-6',
];

void test('a pause while training saves and records first, holds everything, and resume trains the rest', async () => {
  const fake = slowFirstSegment();
  await withRun(temporal(), recipeOf('pause-train', ['a'], trainYaml), fake, async (handle) => {
    await untilCalled(fake, 'trainSegment 0-2');
    assert.equal(await handle.executeUpdate(updates.pause), 'paused; the newest checkpoint is demo-000001');
    const paused = await untilState(handle, (state) => state.train?.paused === true);
    assert.equal(paused.waitingFor[0]?.kind, 'pause');
    assert.match(paused.waitingFor[0]?.remedy ?? '', /headrace resume/);
    assert.equal(await handle.executeUpdate(updates.pause), 'the run is paused already');
    assert.match(
      await refusal(handle.executeUpdate(updates.saveCheckpoint)),
      /paused, and its training saved/,
    );
    await assertStandsStill(temporal(), handle);
    assert.equal(await handle.executeUpdate(updates.resume), 'the run continues');
    await handle.result();
    assert.equal(await handle.executeUpdate(updates.resume).catch(() => 'ended'), 'ended');
  });
  assert.deepEqual(segments(fake), afterStepOne);
});

void test('a checkpoint is evaluated while the next segment trains; a pause ends both, recorded, and resume does the rest', async () => {
  const fake = fakeActivities();
  const asBefore = { ...fake.activities };
  let held = true;
  fake.activities.evaluate = async (input) => {
    if (!held || input.checkpoint?.label !== 'demo-000002') return await asBefore.evaluate(input);
    fake.calls.push('evaluate demo-000002, held');
    return await untilCancelled().then(() => asBefore.evaluate(input));
  };
  fake.activities.trainSegment = async (input) => {
    if (!held || input.from !== 2) return await asBefore.trainSegment(input);
    fake.calls.push('trainSegment 2-4, held');
    await untilCancelled().catch((error: unknown) => {
      if (!(error instanceof CancelledFailure)) throw error;
    });
    return { ...recordOf(3, 6), metrics: ref('metrics', 'm') };
  };
  await withRun(temporal(), recipeOf('pause-both', ['a'], trainYaml), fake, async (handle) => {
    // Neither of the two ends by itself: that both are called shows that they are under way together.
    await untilCalled(fake, 'evaluate demo-000002, held');
    await untilCalled(fake, 'trainSegment 2-4, held');
    assert.equal(await handle.executeUpdate(updates.pause), 'paused; the newest checkpoint is demo-000003');
    await untilState(handle, (state) => state.train?.paused === true);
    held = false;
    await assertStandsStill(temporal(), handle);
    await handle.executeUpdate(updates.resume);
    await handle.result();
  });
  assert.deepEqual(segments(fake), [
    'trainSegment 0-2',
    'recordSegment 0-2',
    'trainSegment 2-4, held',
    'recordSegment 2-3',
    'trainSegment 3-4',
    'recordSegment 3-4',
    'trainSegment 4-6',
    'recordSegment 4-6',
  ]);
  const measured = fake.calls.filter((call) => call.startsWith('evaluate') && !call.endsWith('held'));
  const labels = ['base', 'demo-000002', 'demo-000003', 'demo-000004', 'demo-final'];
  assert.deepEqual(
    measured,
    labels.map((label) => `evaluate ${label}`),
  );
});

void test('save now records a checkpoint and the training continues from it by itself', async () => {
  const fake = slowFirstSegment();
  await withRun(temporal(), recipeOf('save', ['a'], trainYaml), fake, async (handle) => {
    await untilCalled(fake, 'trainSegment 0-2');
    assert.equal(
      await handle.executeUpdate(updates.saveCheckpoint),
      'the newest checkpoint is demo-000001, after step 1',
    );
    await handle.result();
    const checkpoints = await handle.query(queries.checkpoints);
    assert.deepEqual(
      checkpoints.map(({ label }) => label),
      ['demo-000001', 'demo-000002', 'demo-000004', 'demo-final'],
    );
  });
  assert.deepEqual(segments(fake), afterStepOne);
});

void test('a segment that receives a save request before its first step starts again, and the answer shows that nothing was saved', async () => {
  const fake = fakeActivities();
  const asBefore = { ...fake.activities };
  let first = true;
  fake.activities.trainSegment = async (input) => {
    if (!first) return await asBefore.trainSegment(input);
    first = false;
    fake.calls.push('waiting');
    await untilCancelled();
    throw new Error('was not cancelled');
  };
  await withRun(temporal(), recipeOf('save-early', ['a'], trainYaml), fake, async (handle) => {
    await untilCalled(fake, 'waiting');
    assert.equal(
      await handle.executeUpdate(updates.saveCheckpoint),
      'nothing was saved: no step has been trained yet',
    );
    await handle.result();
  });
});

for (const stage of [
  'resolveSource',
  'downloadFiles',
  'convertPieces',
  'finishMix',
  'tokenisePieces',
] as const)
  void test(`a pause in ${stage} ends what is under way, and resume does it again`, async () => {
    const fake = fakeActivities();
    let slow = true;
    const asBefore = fake.activities[stage] as (input: unknown) => Promise<never>;
    const slowed = async (input: unknown): Promise<never> => {
      if (!slow) return await asBefore(input);
      fake.calls.push('waiting');
      await untilCancelled();
      throw new Error('was not cancelled');
    };
    Object.assign(fake.activities, { [stage]: slowed });
    await withRun(temporal(), recipeOf('pause', ['a'], trainYaml), fake, async (handle) => {
      await untilCalled(fake, 'waiting');
      assert.equal(await handle.executeUpdate(updates.pause), 'paused');
      slow = false;
      await assertStandsStill(temporal(), handle);
      await handle.executeUpdate(updates.resume);
      const result = await handle.result();
      assert.equal(result.trained?.final.label, 'demo-final');
    });
  });

void test('a run that is paused can be cancelled, and still writes its report', async () => {
  const fake = slowFirstSegment();
  await withRun(temporal(), recipeOf('pause-cancel', ['a'], trainYaml), fake, async (handle) => {
    await untilCalled(fake, 'trainSegment 0-2');
    await handle.executeUpdate(updates.pause);
    await handle.cancel();
    await assert.rejects(
      handle.result(),
      (error: unknown) => error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure,
    );
  });
  assert.equal(fake.calls.at(-1), 'writeReport');
});

void test('a save request to a run that is not training returns that there is nothing to save', async () => {
  await withRun(temporal(), recipeOf('no-save', ['a'], 'review: true'), fakeActivities(), async (handle) => {
    await untilState(handle, (state) => state.waitingFor.length > 0);
    assert.match(
      await refusal(handle.executeUpdate(updates.saveCheckpoint)),
      /nothing to save in the stage review/,
    );
    await handle.executeUpdate(updates.approve, { args: [{ note: '' }] });
    await handle.result();
  });
});
