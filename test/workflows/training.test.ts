import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { ApplicationFailure } from '@temporalio/activity';
import { atEdge } from '../../activities/edge.js';
import type { Activities } from '../../core/contracts/activities.js';
import { HeadraceError } from '../../core/errors.js';
import { childSignals, queries } from '../../workflows/messages.js';
import type { trainLora } from '../../workflows/train-lora.js';
import { useTemporal, withWorker } from '../support/temporal.js';
import { fakeActivities, noRecords, recipeOf, recordOf, ref, trainYaml } from './fake-activities.js';
import { slowFirstSegment, untilCalled, untilState, withRun } from './runs.js';

/** What a training continues from, measures and keeps alive. */

const temporal = useTemporal();

void test('a training that is paused renews its newest checkpoints, and a renewal that fails ends nothing', async () => {
  const fake = slowFirstSegment();
  let renewals = 0;
  fake.activities.renewCheckpoints = async () => {
    renewals += 1;
    fake.calls.push('renewCheckpoints');
    if (renewals === 1)
      throw ApplicationFailure.create({ message: 'gone', type: 'CheckpointLostError', nonRetryable: true });
    return { renewed: 1 };
  };
  const queue = `q-${randomUUID()}`;
  await withWorker(temporal(), queue, fake.activities, async () => {
    const plan = await fake.activities.planTraining({
      name: 'x',
      seed: 0,
      train: recipeOf('x', ['a'], trainYaml).train as never,
      tokens: ref('tokens', 't'),
    });
    const handle = await temporal().client.workflow.start<typeof trainLora>('trainLora', {
      workflowId: `train-${queue}`,
      taskQueue: queue,
      args: [
        {
          training: plan,
          mix: ref('mix', 'm'),
          out: '/nowhere',
          checkpointEvery: 2,
          ttlSeconds: 3,
          budget: null,
        },
      ],
    });
    await untilCalled(fake, 'trainSegment 0-2');
    await handle.signal(childSignals.pause);
    await untilCalled(fake, 'renewCheckpoints', 3);
    await handle.signal(childSignals.resume);
    assert.equal((await handle.result()).final.label, 'demo-final');
  });
});
void test('recorded segments are not trained again, and those that were not measured are measured', async () => {
  const fake = fakeActivities();
  fake.activities.findRecords = async () => ({
    ...noRecords,
    found: 2,
    steps: 4,
    last: recordOf(4, 6),
    firstLoss: 2,
    unmeasured: [recordOf(2, 6), recordOf(4, 6)],
  });
  const result = await withRun(temporal(), recipeOf('resumes', ['a'], trainYaml), fake, async (handle) => {
    return await handle.result();
  });
  assert.equal(result.trained?.reusedSteps, 4);
  assert.deepEqual(
    fake.calls.filter((call) => call.startsWith('evaluate')),
    ['evaluate base', 'evaluate demo-000002', 'evaluate demo-000004', 'evaluate demo-final'],
  );
  assert.deepEqual(
    fake.calls.filter((call) => call.startsWith('trainSegment')),
    ['trainSegment 4-6'],
  );
});

void test('a training that was finished before is measured where it was not', async () => {
  const fake = fakeActivities();
  const last = recordOf(6, 6);
  fake.activities.findRecords = async () => ({
    ...noRecords,
    found: 3,
    steps: 6,
    last,
    firstLoss: 2,
    unmeasured: [recordOf(2, 6)],
  });
  const result = await withRun(temporal(), recipeOf('finished', ['a'], trainYaml), fake, async (handle) => {
    return await handle.result();
  });
  assert.deepEqual(
    fake.calls.filter((call) => /^(evaluate|train)/.test(call)),
    ['evaluate base', 'evaluate demo-000002', 'evaluate demo-final'],
  );
  assert.equal(result.trained?.final.label, last.label);
});

void test('a checkpoint that the server lost is noted, and the training continues from the one before it', async () => {
  const fake = fakeActivities();
  const { activities } = fakeActivities();
  let isLost = false;
  fake.activities.findRecords = async () => ({
    ...noRecords,
    found: isLost ? 1 : 0,
    steps: isLost ? 2 : 0,
    last: isLost ? recordOf(2, 6) : null,
    firstLoss: isLost ? 2 : null,
    notes: isLost ? ['The server has the state of step 4 no more; step 2 is used'] : [],
    unmeasured: [],
  });
  const trainSegment: Activities['trainSegment'] = async (input) => {
    fake.calls.push(`trainSegment ${input.from}-${input.to}`);
    if (input.from === 4 && !isLost) {
      isLost = true;
      throw new HeadraceError('CheckpointLostError', 'the state of step 4 is gone');
    }
    return await activities.trainSegment(input);
  };
  fake.activities.trainSegment = atEdge(trainSegment, { scrub: (text) => text, heartbeatEveryMs: 1_000 });
  const result = await withRun(temporal(), recipeOf('loses', ['a'], trainYaml), fake, async (handle) => {
    const done = await handle.result();
    const { notes } = await handle.query(queries.progress);
    assert.deepEqual(notes, [
      'The server has the state of step 4 no more; step 2 is used',
      'The checkpoint demo-000004 is lost on the server; the training continues from step 2',
    ]);
    return done;
  });
  assert.equal(result.trained?.final.label, 'demo-final');
  assert.deepEqual(
    fake.calls.filter((call) => call.startsWith('trainSegment')),
    ['trainSegment 0-2', 'trainSegment 2-4', 'trainSegment 4-6', 'trainSegment 2-4', 'trainSegment 4-6'],
  );
});

void test('a checkpoint that is lost again and again ends in a park, not in a loop', async () => {
  const fake = fakeActivities();
  const trainSegment: Activities['trainSegment'] = async ({ from, to }) => {
    fake.calls.push(`trainSegment ${from}-${to}`);
    throw new HeadraceError('CheckpointLostError', 'the state is gone');
  };
  fake.activities.trainSegment = atEdge(trainSegment, { scrub: (text) => text, heartbeatEveryMs: 1_000 });
  await withRun(temporal(), recipeOf('loses-all', ['a'], trainYaml), fake, async (handle) => {
    const state = await untilState(handle, ({ waitingFor }) => waitingFor.length > 0);
    assert.deepEqual(
      state.waitingFor.map(({ what, type }) => [what, type]),
      [['train', 'CheckpointLostError']],
    );
    await handle.terminate();
  });
  assert.equal(fake.calls.filter((call) => call.startsWith('trainSegment')).length, 3);
});
