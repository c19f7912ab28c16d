import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { ApplicationFailure, Context } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import type { Stage1Handle } from '../../client/runs/find-run.js';
import { pendingActivities } from '../../client/runs/pending-activities.js';
import { rolesThatWait } from '../../client/runs/waiting-work.js';
import type { Activities } from '../../core/contracts/activities.js';
import type { TrainSegmentInput } from '../../core/contracts/training.js';
import { queueOfRole, roleNamed } from '../../core/run/roles.js';
import type { stage1 } from '../../workflows/stage1.js';
import { newIdentity } from '../../worker/identity.js';
import { createRoleWorkers } from '../../worker/role-workers.js';
import { slotsFor } from '../../worker/slots.js';
import { assertBoundedHistory } from '../support/history.js';
import { useTemporal, withWorker } from '../support/temporal.js';
import { until } from '../support/until.js';
import { fakeActivities, recipeOf, trainYaml } from './fake-activities.js';
import type { Fake } from './fake-activities.js';
import { untilCancelled, untilWaiting, withRun } from './runs.js';

/** How the work of a run is spread over workers. */

const temporal = useTemporal();

/** The activities that a workflow has scheduled: their types and task queues. */
async function scheduledIn(workflowId: string): Promise<{ readonly type: string; readonly queue: string }[]> {
  const { events } = await temporal().client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled == null
      ? []
      : [{ type: scheduled.activityType?.name ?? '', queue: scheduled.taskQueue?.name ?? '' }],
  );
}

void test('every activity is scheduled on the task queue of its role', async () => {
  const fake = fakeActivities();
  await withRun(temporal(), recipeOf('queues', ['a'], trainYaml), fake, async (handle) => {
    await handle.result();
    const { taskQueue } = await handle.describe();
    const ids = [handle.workflowId, `${handle.workflowId}/source/a`, `${handle.workflowId}/train`];
    const all = (await Promise.all(ids.map(scheduledIn))).flat();
    assert.ok(all.length > 15);
    for (const { type, queue } of all) {
      const role = roleNamed(type);
      assert.ok(role !== undefined, type);
      assert.equal(queue, queueOfRole(taskQueue, role), type);
    }
  });
});

void test('all batches of a source are scheduled at once, however many there are', async () => {
  const fake = fakeActivities({ downloads: 40 });
  const quick = { ...fake.activities };
  let [underWay, most] = [0, 0];
  fake.activities.downloadFiles = async (input) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await until(
      async () => most === 40 || undefined,
      () => `40 downloads at once; there were ${most}`,
    );
    underWay -= 1;
    return await quick.downloadFiles(input);
  };
  await withRun(temporal(), recipeOf('at-once', ['a']), fake, async (handle) => await handle.result());
  assert.equal(most, 40);
});

void test('more than 500 batches are done in children, whose counts add up', async () => {
  const count = 620;
  const fake = fakeActivities({ downloads: count });
  await withRun(temporal(), recipeOf('children', ['a']), fake, async (handle) => {
    await handle.result();
    const source = `${handle.workflowId}/source/a`;
    for (const [id, batches] of [
      [`${source}/downloadFiles/1-500`, 500],
      [`${source}/downloadFiles/501-620`, 120],
    ] as const) {
      assert.equal((await scheduledIn(id)).length, batches);
      await assertBoundedHistory(temporal().client, id);
    }
    await assertBoundedHistory(temporal().client, source);
    const { sources } = await handle.query<{ sources: readonly { downloadedBytes?: number }[] }>('progress');
    assert.equal(sources[0]?.downloadedBytes, count * 1000);
  });
  assert.equal(fake.calls.filter((call) => call.startsWith('downloadFiles')).length, count);
});

void test('a batch that fails for good ends the others at once, and the source waits with its error', async () => {
  const fake = fakeActivities({ downloads: 4 });
  const cancelled: number[] = [];
  fake.activities.downloadFiles = async ({ from }) => {
    if (from === 2)
      throw ApplicationFailure.create({ message: 'gone', type: 'HubFileNotFoundError', nonRetryable: true });
    await untilCancelled().catch((error: unknown) => {
      cancelled.push(from);
      throw error;
    });
    throw new Error('was not cancelled');
  };
  await withRun(temporal(), recipeOf('one-fails', ['a']), fake, async (handle) => {
    const { waitingFor } = await untilWaiting(handle);
    assert.deepEqual(
      waitingFor.map(({ what, type }) => [what, type]),
      [['a', 'HubFileNotFoundError']],
    );
    await handle.terminate();
  });
  assert.deepEqual(
    cancelled.toSorted((one, other) => one - other),
    [0, 1, 3],
  );
});

void test('work of a role that no worker serves is known by its role', async () => {
  const taskQueue = `q-${randomUUID()}`;
  const { activities } = fakeActivities();
  const served = ['main', 'io', 'train'] as const;
  const steer = async (): Promise<void> => {
    const handle = await startOn(taskQueue, recipeOf('unserved', ['a'], trainYaml));
    await until(
      async () => {
        const waiting = rolesThatWait(await pendingActivities(temporal(), handle.workflowId));
        // Work of the other roles waits for a moment only.
        return (waiting.length === 1 && waiting[0] === 'cpu') || undefined;
      },
      () => 'conversions that wait for a worker',
    );
    await handle.terminate();
  };
  await withWorker(temporal(), taskQueue, activities, steer, { served });
});

async function startOn(taskQueue: string, recipe: ReturnType<typeof recipeOf>): Promise<Stage1Handle> {
  return await temporal().client.workflow.start<typeof stage1>('stage1', {
    workflowId: `headrace/${taskQueue}`,
    taskQueue,
    args: [{ recipe, searchAttributes: false }],
  });
}

/** A segment ends with its client alive in the worker that polls `liveOn`, in the session `parked`. */
function staysAliveOn(fake: Fake, liveOn: string): TrainSegmentInput[] {
  const inputs: TrainSegmentInput[] = [];
  const quick = { ...fake.activities };
  fake.activities.trainSegment = async (input) => {
    inputs.push(input);
    return {
      ...(await quick.trainSegment(input)),
      ...(input.to < 6 ? { liveOn, liveSession: 'parked' } : {}),
    };
  };
  return inputs;
}

async function segmentQueues(runWorkflowId: string): Promise<string[]> {
  const all = await scheduledIn(`${runWorkflowId}/train`);
  return all.filter(({ type }) => type === 'trainSegment').map(({ queue }) => queue);
}

/** Runs to the end while another worker polls `queue` with `trainSegment`. */
async function withTrainWorker<Result>(
  queue: string,
  activities: Pick<Activities, 'trainSegment'>,
  work: () => Promise<Result>,
): Promise<Result> {
  const own = await Worker.create({
    connection: temporal().native,
    taskQueue: queue,
    activities,
    maxHeartbeatThrottleInterval: '500 ms',
  });
  return await own.runUntil(work);
}

void test('a segment goes to the worker that holds the live client of the one before', async () => {
  const liveOn = `own-${randomUUID()}`;
  const fake = fakeActivities();
  staysAliveOn(fake, liveOn);
  await withRun(temporal(), recipeOf('live', ['a'], trainYaml), fake, async (handle) => {
    await withTrainWorker(liveOn, fake.activities, async () => await handle.result());
    const { taskQueue } = await handle.describe();
    assert.deepEqual(await segmentQueues(handle.workflowId), [`${taskQueue}-train`, liveOn, liveOn]);
  });
});

void test('where that worker has ended, another one takes the segment and the session, to finish it', async () => {
  const liveOn = `ended-${randomUUID()}`;
  const fake = fakeActivities({ totalSteps: 4 });
  const inputs = staysAliveOn(fake, liveOn);
  await withRun(temporal(), recipeOf('ended', ['a'], trainYaml), fake, async (handle) => {
    await handle.result();
    const queue = `${(await handle.describe()).taskQueue}-train`;
    assert.deepEqual(await segmentQueues(handle.workflowId), [queue, liveOn, queue]);
  });
  assert.deepEqual(
    inputs.map(({ resume }) => resume),
    [undefined, { sessionId: 'parked' }],
  );
});

void test('where that worker falls silent in the segment, the next attempt gets the session that it left', async () => {
  const liveOn = `silent-${randomUUID()}`;
  const fake = fakeActivities({ totalSteps: 4 });
  const inputs = staysAliveOn(fake, liveOn);
  const over = new AbortController();
  const silent: Activities['trainSegment'] = async () => {
    Context.current().heartbeat({ resume: { sessionId: 'left' } });
    await new Promise<void>((resolve) => over.signal.addEventListener('abort', () => resolve()));
    throw new Error('its result comes too late');
  };
  await withRun(temporal(), recipeOf('silent', ['a'], trainYaml), fake, async (handle) => {
    await withTrainWorker(liveOn, { trainSegment: silent }, async () => {
      await handle.result();
      over.abort();
    });
  });
  assert.deepEqual(
    inputs.map(({ from, resume }) => [from, resume]),
    [
      [0, undefined],
      [2, { sessionId: 'left' }],
    ],
  );
});

void test('the SDK takes the limit that workers have for the computation of a workflow', async () => {
  const workers = await createRoleWorkers({
    connection: temporal().native,
    namespace: 'default',
    taskQueue: `q-${randomUUID()}`,
    roles: ['main'],
    slots: slotsFor(1),
    identity: newIdentity(['main']),
    activities: fakeActivities().activities,
    deployment: undefined,
    traces: undefined,
  });
  for (const worker of workers) {
    // Only a worker that has run lets go of its connection.
    await worker.runUntil(Promise.resolve());
    assert.equal(worker.options.isolateExecutionTimeoutMs, 60_000);
  }
  assert.equal(workers.length, 1);
});
