import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApplicationFailure, Context } from '@temporalio/activity';
import { atEdge } from '../../activities/edge.js';
import { pendingActivities } from '../../client/runs/pending-activities.js';
import type { Stage1Handle } from '../../client/runs/find-run.js';
import type { Activities } from '../../core/contracts/activities.js';
import type { Progress } from '../../core/progress.js';
import { queries, updates } from '../../workflows/messages.js';
import { useTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';
import { fakeActivities, losesCheckpoint, recipeOf, recordOf, ref, trainYaml } from './fake-activities.js';
import type { Fake } from './fake-activities.js';
import {
  assertCancelled,
  untilAskedToSave,
  untilCalled,
  untilCancelled,
  untilState,
  untilWaiting,
  withRun,
} from './runs.js';

/** Workers that end, children that are cancelled by hand, and what fails while a run is cancelled. */

const temporal = useTemporal();

function workerLost(): ApplicationFailure {
  return ApplicationFailure.create({ message: 'The worker was shut down', type: 'WorkerLostError' });
}

function unavailable(): ApplicationFailure {
  return ApplicationFailure.create({ message: 'the Hub does not answer', type: 'HubUnavailableError' });
}

async function assertDoneWithoutPark(handle: Stage1Handle): Promise<void> {
  const { waitingFor } = await untilState(
    handle,
    (state) => state.stage === 'done' || state.waitingFor.length > 0,
  );
  assert.deepEqual(waitingFor, []);
  await handle.result();
}

/** Its training saves one step on request. */
function savesWhenAsked(): Fake {
  const fake = fakeActivities();
  fake.activities.trainSegment = async () => {
    fake.calls.push('training');
    await untilAskedToSave();
    return { ...recordOf(1, 6), metrics: ref('metrics', 'm') };
  };
  return fake;
}

void test('a source whose child is cancelled by hand parks, the others continue, and it can be retried', async () => {
  const fake = fakeActivities();
  const quick = { ...fake.activities };
  let isSlow = true;
  fake.activities.resolveSource = async (input) => {
    if (!isSlow || input.source.name !== 'b') return await quick.resolveSource(input);
    fake.calls.push('resolving b');
    await untilCancelled();
    throw new Error('was not cancelled');
  };
  await withRun(temporal(), recipeOf('child-cancelled', ['a', 'b']), fake, async (handle) => {
    await untilCalled(fake, 'resolving b');
    isSlow = false;
    await temporal().client.workflow.getHandle(`${handle.workflowId}/source/b`).cancel();
    const { waitingFor } = await untilState(
      handle,
      (state) => state.waitingFor.length > 0 && state.sources[0]?.status === 'done',
    );
    assert.deepEqual(
      [waitingFor[0]?.kind, waitingFor[0]?.what, waitingFor[0]?.type],
      ['source', 'b', 'ChildCancelledError'],
    );
    assert.match(waitingFor[0]?.remedy ?? '', /retry it/);
    await handle.executeUpdate(updates.retrySource, { args: [{ source: 'b' }] });
    assert.deepEqual((await handle.result()).skippedSources, []);
  });
  assert.ok(fake.calls.includes('planMix a,b'));
});

void test('a training whose child is cancelled by hand has saved, parks, and can be retried', async () => {
  const fake = fakeActivities();
  const quick = { ...fake.activities };
  let isSlow = true;
  fake.activities.trainSegment = async (input) => {
    if (!isSlow) return await quick.trainSegment(input);
    isSlow = false;
    fake.calls.push('training');
    await untilAskedToSave();
    return { ...recordOf(1, 6), metrics: ref('metrics', 'm') };
  };
  await withRun(temporal(), recipeOf('train-cancelled', ['a'], trainYaml), fake, async (handle) => {
    await untilCalled(fake, 'training');
    await temporal().client.workflow.getHandle(`${handle.workflowId}/train`).cancel();
    const { waitingFor } = await untilWaiting(handle);
    assert.deepEqual([waitingFor[0]?.what, waitingFor[0]?.type], ['train', 'ChildCancelledError']);
    assert.ok(fake.calls.includes('recordSegment 0-1'));
    await handle.executeUpdate(updates.retryStage, { args: [{ stage: 'train' }] });
    await handle.result();
  });
});

void test('workers that end do not count as failures of a question', async () => {
  const fake = fakeActivities();
  const quick = { ...fake.activities };
  let attempts = 0;
  fake.activities.resolveSource = async (input) => {
    attempts += 1;
    if (attempts <= 6) throw attempts % 2 === 0 ? unavailable() : workerLost();
    return await quick.resolveSource(input);
  };
  await withRun(temporal(), recipeOf('lost-workers', ['a']), fake, assertDoneWithoutPark);
  assert.equal(attempts, 7);
});

void test('the count of defects reaches the next attempt beside the progress, which stays readable', async () => {
  const fake = fakeActivities();
  const progress: Progress = { stage: 'train', label: 'demo', done: 1, total: 2, unit: 'steps' };
  const heartbeats: unknown[] = [];
  fake.activities.trainSegment = atEdge<
    Parameters<Activities['trainSegment']>[0],
    Awaited<ReturnType<Activities['trainSegment']>>
  >(
    async (_input, context) => {
      heartbeats.push(Context.current().info.heartbeatDetails);
      if (heartbeats.length === 1) context.progress(progress);
      if (heartbeats.length < 3) throw new TypeError('a defect');
      await untilAskedToSave();
      return { ...recordOf(6, 6), metrics: ref('metrics', 'm') };
    },
    { scrub: (text) => text, heartbeatEveryMs: 1_000 },
  );
  await withRun(temporal(), recipeOf('defects', ['a'], trainYaml), fake, async (handle) => {
    const shown = await until(
      async () => {
        if (heartbeats.length < 3) return undefined;
        const pending = await pendingActivities(temporal(), handle.workflowId);
        return pending.find(
          ({ type, started, attempt }) => type === 'trainSegment' && started && attempt === 3,
        );
      },
      () => 'the third attempt',
    );
    assert.deepEqual(shown.progress, progress);
    assert.deepEqual(heartbeats, [
      undefined,
      { ...progress, internalErrors: 1 },
      { ...progress, internalErrors: 2 },
    ]);
    await handle.cancel();
    await assertCancelled(handle);
  });
});

void test('a question that fails four times parks with its own failure; one that cannot succeed parks at once', async () => {
  const fake = fakeActivities();
  const attempts = { a: 0, b: 0 };
  fake.activities.resolveSource = async ({ source }) => {
    if (source.name === 'a') {
      attempts.a += 1;
      throw unavailable();
    }
    attempts.b += 1;
    throw ApplicationFailure.create({ message: 'gated', type: 'GatedDatasetError', nonRetryable: true });
  };
  await withRun(temporal(), recipeOf('fails', ['a', 'b']), fake, async (handle) => {
    const { waitingFor } = await untilState(handle, (state) => state.waitingFor.length === 2);
    assert.deepEqual(waitingFor.map(({ type }) => type).sort(), ['GatedDatasetError', 'HubUnavailableError']);
    await handle.terminate();
  });
  assert.deepEqual(attempts, { a: 4, b: 1 });
});

void test('a pause while the worker shuts down does not park the run', async () => {
  const fake = fakeActivities();
  const quick = { ...fake.activities };
  let isFirst = true;
  fake.activities.downloadFiles = async (input) => {
    if (!isFirst) return await quick.downloadFiles(input);
    isFirst = false;
    fake.calls.push('downloading');
    await untilAskedToSave();
    throw workerLost();
  };
  await withRun(temporal(), recipeOf('pause-shutdown', ['a']), fake, async (handle) => {
    await untilCalled(fake, 'downloading');
    assert.equal(await handle.executeUpdate(updates.pause), 'paused');
    await handle.executeUpdate(updates.resume);
    await assertDoneWithoutPark(handle);
  });
});

void test('a report that fails while a run is cancelled is noted, and the run ends as cancelled', async () => {
  const fake = fakeActivities();
  fake.activities.trainSegment = async () => {
    fake.calls.push('training');
    await untilAskedToSave();
    return { ...recordOf(1, 6), metrics: ref('metrics', 'm') };
  };
  fake.activities.writeReport = async () => {
    throw ApplicationFailure.create({ message: 'No space left', type: 'DiskFullError', nonRetryable: true });
  };
  await withRun(temporal(), recipeOf('cancel-full', ['a'], trainYaml), fake, async (handle) => {
    await untilCalled(fake, 'training');
    await handle.cancel();
    await assertCancelled(handle);
    const { notes, train } = await handle.query(queries.progress);
    assert.deepEqual(notes, ['The report could not be written: No space left']);
    assert.equal(train?.step, 1, 'what was saved on the cancel is shown');
  });
});

void test('a record and a report that fail for good while a run is cancelled are noted, and the run ends as cancelled', async () => {
  const fake = savesWhenAsked();
  fake.activities.recordSegment = async () => {
    throw ApplicationFailure.create({ message: 'bad key', type: 'TinkerAuthError', nonRetryable: true });
  };
  fake.activities.writeReport = async () => {
    throw ApplicationFailure.create({ message: 'No space left', type: 'DiskFullError', nonRetryable: true });
  };
  await withRun(temporal(), recipeOf('cancel-down', ['a'], trainYaml), fake, async (handle) => {
    await untilCalled(fake, 'training');
    await handle.cancel();
    await assertCancelled(handle);
    const { notes } = await handle.query(queries.progress);
    assert.deepEqual(notes, [
      'The segment up to step 1 was saved but not recorded: bad key',
      'The report could not be written: No space left',
    ]);
  });
});

void test('a record that never succeeds holds a cancelled run for two minutes and not for days', async () => {
  const fake = savesWhenAsked();
  fake.activities.recordSegment = async () => {
    fake.calls.push('recording');
    throw ApplicationFailure.create({ message: 'no Tinker server', type: 'TinkerUnavailableError' });
  };
  await withRun(temporal(), recipeOf('cancel-held', ['a'], trainYaml), fake, async (handle) => {
    await untilCalled(fake, 'training');
    await handle.cancel();
    await untilCalled(fake, 'recording', 2);
    const child = temporal().client.workflow.getHandle(`${handle.workflowId}/train`);
    const { events } = await child.fetchHistory();
    const timers = (events ?? []).flatMap(({ timerStartedEventAttributes: timer }) => timer ?? []);
    assert.deepEqual(
      timers.map(({ startToFireTimeout }) => Number(startToFireTimeout?.seconds)),
      [120],
    );
    await handle.terminate();
    await child.terminate();
  });
});

void test('after continue-as-new the held-out loss stays, and a cancel still reaches the training', async () => {
  const fake = fakeActivities({ totalSteps: 210 });
  const quick = { ...fake.activities };
  fake.activities.trainSegment = async (input) => {
    if (input.from !== 200) return await quick.trainSegment(input);
    fake.calls.push('after continue-as-new');
    await untilAskedToSave();
    return { ...recordOf(201, 210), metrics: ref('metrics', 'm') };
  };
  await withRun(temporal(), recipeOf('carried', ['a'], trainYaml), fake, async (handle) => {
    await untilCalled(fake, 'after continue-as-new');
    await handle.executeUpdate(updates.pause);
    const { train } = await untilState(handle, (state) => state.train?.paused === true);
    assert.equal(train?.step, 201);
    assert.equal(train?.heldoutNll, 1);
    await handle.cancel();
    await assertCancelled(handle);
  });
});

void test('after a lost checkpoint, an earlier one that was not measured is measured', async () => {
  const fake = losesCheckpoint();
  await withRun(temporal(), recipeOf('lost-unmeasured', ['a'], trainYaml), fake, async (handle) => {
    await handle.result();
  });
  const measured = fake.calls.filter((call) => call === 'evaluate demo-000002');
  assert.equal(measured.length, 2, 'once before the loss and once after it');
});
