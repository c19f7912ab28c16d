import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { CancelledFailure, Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { ResolvedRecipe } from '../../client/recipe/recipe-file.js';
import type { Stage1Handle } from '../../client/runs/find-run.js';
import type { RunState } from '../../core/run/state.js';
import { childSignals, queries, updates } from '../../workflows/messages.js';
import type { stage1 } from '../../workflows/stage1.js';
import { withWorker } from '../support/temporal.js';
import type { TestTemporal } from '../support/temporal.js';
import { fakeActivities, recordOf, ref } from './fake-activities.js';
import type { Fake } from './fake-activities.js';
import { until } from '../support/until.js';

/** Starts a run of `recipe` with a worker of its own, and does `steer` while the worker runs. */
export async function withRun<Result>(
  temporal: TestTemporal,
  recipe: ResolvedRecipe,
  fake: Fake,
  steer: (handle: Stage1Handle) => Promise<Result>,
): Promise<Result> {
  const queue = `q-${randomUUID()}`;
  return await withWorker(temporal, queue, fake.activities, async () => {
    const handle = await temporal.client.workflow.start<typeof stage1>('stage1', {
      workflowId: `headrace/${queue}`,
      taskQueue: queue,
      args: [{ recipe, searchAttributes: false }],
    });
    return await steer(handle);
  });
}

/** Waits for such a state of the run. A run that ends without it fails the test at once. */
export async function untilState(handle: Stage1Handle, is: (state: RunState) => boolean): Promise<RunState> {
  return await until(
    async () => {
      const { status } = await handle.describe();
      const state = await handle.query(queries.progress);
      if (is(state)) return state;
      assert.equal(status.name, 'RUNNING', 'the run ended before that state');
      return undefined;
    },
    () => 'that state of the run',
  );
}

/** Waits until the run waits for a decision. */
export async function untilWaiting(handle: Stage1Handle): Promise<RunState> {
  return await untilState(handle, ({ waitingFor }) => waitingFor.length > 0);
}

export async function untilCalled(fake: Fake, call: string, times = 1): Promise<void> {
  await until(
    async () => fake.calls.filter((other) => other === call).length >= times || undefined,
    () => `${times} calls of ${call}; there were ${fake.calls.join(', ')}`,
  );
}

/** Why a run refuses an update; `accepted` where it does not. */
export async function refusal(update: Promise<unknown>): Promise<string> {
  return await update.then(
    () => 'accepted',
    (error: Error) => String(error.cause),
  );
}

export async function assertCancelled(handle: Stage1Handle): Promise<void> {
  await assert.rejects(
    handle.result(),
    (error: unknown) => error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure,
  );
}

/** Waits until no activity of the workflow is pending. */
export async function untilIdle(client: Client, workflowId: string): Promise<void> {
  await until(
    async () => {
      const { raw } = await client.workflow.getHandle(workflowId).describe();
      return (raw.pendingActivities ?? []).length === 0 || undefined;
    },
    () => `no pending activities in ${workflowId}`,
  );
}

const { EventType } = proto.temporal.api.enums.v1;

/** What a workflow task can begin. Results of what ran before the pause may still arrive during it. */
const beginnings = new Set([
  EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
  EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED,
  EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
  EventType.EVENT_TYPE_TIMER_STARTED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
]);

/**
 * Asserts that a paused run begins nothing, in its children neither: no activity is pending, and a workflow
 * task that a message forces schedules nothing.
 */
export async function assertStandsStill({ client }: TestTemporal, handle: Stage1Handle): Promise<void> {
  const { raw } = await handle.describe();
  const children = (raw.pendingChildren ?? []).map(({ workflowId }) => workflowId ?? '');
  const all = [handle.workflowId, ...children];
  for (const id of all) await untilIdle(client, id);
  const eventsOf = async (id: string) => (await client.workflow.getHandle(id).fetchHistory()).events ?? [];
  const before = new Map<string, number>();
  for (const id of all) before.set(id, (await eventsOf(id)).length);
  assert.equal(await handle.executeUpdate(updates.pause), 'the run is paused already');
  for (const id of children) await client.workflow.getHandle(id).signal(childSignals.pause);
  for (const id of all) {
    const added = await until(
      async () => {
        const events = (await eventsOf(id)).slice(before.get(id));
        const taken = events.some(
          ({ eventType }) => eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
        );
        return taken ? events : undefined;
      },
      () => `a workflow task of ${id}`,
    );
    const begun = added.filter(({ eventType }) => !eventType || beginnings.has(eventType));
    assert.deepEqual(
      begun.map(({ eventType }) => EventType[eventType ?? 0]),
      [],
      `${id} began something during the pause`,
    );
  }
}

/** Heartbeats until the activity is cancelled. @throws {CancelledFailure} then. */
export async function untilCancelled(): Promise<void> {
  const beat = setInterval(() => Context.current().heartbeat(), 200);
  try {
    await Context.current().cancelled;
  } finally {
    clearInterval(beat);
  }
}

/** As {@link untilCancelled}, and then continues: as an activity does that saves. */
export async function untilAskedToSave(): Promise<void> {
  await untilCancelled().catch((error: unknown) => {
    if (!(error instanceof CancelledFailure)) throw error;
  });
}

/** The first segment trains one step and then waits until a save is requested; what comes after is quick. */
export function slowFirstSegment(): Fake {
  const fake = fakeActivities();
  const quick = { ...fake.activities };
  fake.activities.trainSegment = async (input) => {
    if (input.from > 0) return await quick.trainSegment(input);
    fake.calls.push(`trainSegment ${input.from}-${input.to}`);
    await untilAskedToSave();
    return { ...recordOf(1, 6), metrics: ref('metrics', 'm') };
  };
  return fake;
}
