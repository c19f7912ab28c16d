import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { atEdge } from '../../activities/edge.js';
import type { Stage1Handle } from '../../client/runs/find-run.js';
import type { ResolvedRecipe } from '../../client/recipe/recipe-file.js';
import type { Activities } from '../../core/contracts/activities.js';
import { HeadraceError } from '../../core/errors.js';
import type { RunState } from '../../core/run/state.js';
import { queries, updates } from '../../workflows/messages.js';
import type { stage1 } from '../../workflows/stage1.js';
import { useTemporal, withWorker } from '../support/temporal.js';
import type { TestTemporal } from '../support/temporal.js';
import { fakeActivities, recipeOf, recordOf, ref, trainYaml } from './fake-activities.js';

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

async function untilState(handle: Stage1Handle, is: (state: RunState) => boolean): Promise<RunState> {
  for (let look = 0; look < 150; look += 1) {
    const state = await handle.query(queries.progress);
    if (is(state)) return state;
    await sleep(200);
  }
  throw new Error('the run did not come to that state');
}

function gated(): never {
  throw ApplicationFailure.create({
    message: 'owner/b is gated',
    type: 'GatedDatasetError',
    nonRetryable: true,
    details: [{ remedy: 'Accept the terms.' }],
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

void test('a source that fails parks while the others go on, and goes on when it is tried again', async () => {
  const queue = `q-${randomUUID()}`;
  const fake = fakeActivities();
  let accepted = false;
  const { activities } = fakeActivities();
  fake.activities.resolveSource = async (input) =>
    input.source.name === 'b' && !accepted ? gated() : await activities.resolveSource(input);
  await withWorker(temporal(), queue, fake.activities, async () => {
    const handle = await startStage1(temporal(), queue, recipeOf('parks', ['a', 'b']));
    const parked = await untilState(
      handle,
      (state) => state.waitingFor.length > 0 && state.sources.some((source) => source.status === 'done'),
    );
    assert.deepEqual(parked.waitingFor[0], {
      what: 'b',
      kind: 'source',
      type: 'GatedDatasetError',
      message: 'owner/b is gated',
      remedy: 'Accept the terms.',
    });
    await assert.rejects(
      handle.executeUpdate(updates.retrySource, { args: [{ source: 'a' }] }),
      (error: Error) => /"a" does not wait for anyone/.test(String(error.cause)),
    );
    accepted = true;
    assert.equal(
      await handle.executeUpdate(updates.retrySource, { args: [{ source: 'b' }] }),
      'b is tried again',
    );
    const result = await handle.result();
    assert.deepEqual(result.skippedSources, []);
  });
  assert.ok(fake.calls.includes('planMix a,b'));
});

void test('what a person has to do, and by which command, stands in the details that the Temporal UI shows', async () => {
  const queue = `q-${randomUUID()}`;
  const fake = fakeActivities();
  fake.activities.resolveSource = async () => await Promise.resolve(gated());
  await withWorker(temporal(), queue, fake.activities, async () => {
    const handle = await startStage1(temporal(), queue, recipeOf('shown', ['b']));
    await untilState(handle, (state) => state.waitingFor.length > 0);
    const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    assert.match(currentDetails, /\*\*Waits for a person\*\* \(b\): GatedDatasetError/);
    assert.match(currentDetails, /is gated\n\nAccept the terms\./);
    assert.match(
      currentDetails,
      /^npx headrace retry-source shown b\nnpx headrace replace-source shown b --files …\nnpx headrace skip-source shown b$/m,
    );
    await handle.terminate();
  });
});

void test('a parked source can be skipped', async () => {
  const queue = `q-${randomUUID()}`;
  const fake = fakeActivities();
  const { activities } = fakeActivities();
  fake.activities.resolveSource = async (input) =>
    input.source.name === 'b' ? gated() : await activities.resolveSource(input);
  const result = await withWorker(temporal(), queue, fake.activities, async () => {
    const handle = await startStage1(temporal(), queue, recipeOf('skips', ['a', 'b']));
    await untilState(handle, (state) => state.waitingFor.length > 0);
    await handle.executeUpdate(updates.skipSource, { args: [{ source: 'b' }] });
    return await handle.result();
  });
  assert.deepEqual(result.skippedSources, ['b']);
  assert.ok(fake.calls.includes('planMix a'));
});

void test('a review waits for approve, and reject ends the run with its note', async () => {
  const fake = fakeActivities();
  const approved = `q-${randomUUID()}`;
  await withWorker(temporal(), approved, fake.activities, async () => {
    const handle = await startStage1(temporal(), approved, recipeOf('review', ['a'], 'review: true'));
    await untilState(handle, (state) => state.waitingFor.some((wait) => wait.kind === 'review'));
    await handle.executeUpdate(updates.approve, { args: [{ note: 'fine' }] });
    await handle.result();
  });
  const rejected = `q-${randomUUID()}`;
  await withWorker(temporal(), rejected, fake.activities, async () => {
    const handle = await startStage1(temporal(), rejected, recipeOf('review', ['a'], 'review: true'));
    await untilState(handle, (state) => state.waitingFor.some((wait) => wait.kind === 'review'));
    await handle.executeUpdate(updates.reject, { args: [{ note: 'too much code' }] });
    await assert.rejects(
      handle.result(),
      (error: unknown) => error instanceof WorkflowFailedError && /too much code/.test(String(error.cause)),
    );
  });
});

void test('recorded segments are not trained again, and what nobody has measured of them is measured', async () => {
  const queue = `q-${randomUUID()}`;
  const fake = fakeActivities();
  fake.activities.findRecords = async () => ({
    found: 2,
    steps: 4,
    last: recordOf(4, 6),
    firstLoss: 2,
    notes: [],
    unmeasured: [recordOf(2, 6), recordOf(4, 6)],
  });
  const result = await withWorker(temporal(), queue, fake.activities, async () => {
    const handle = await startStage1(temporal(), queue, recipeOf('resumes', ['a'], trainYaml));
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
  const queue = `q-${randomUUID()}`;
  const fake = fakeActivities();
  const last = recordOf(6, 6);
  fake.activities.findRecords = async () => ({
    found: 3,
    steps: 6,
    last,
    firstLoss: 2,
    notes: [],
    unmeasured: [recordOf(2, 6)],
  });
  const result = await withWorker(temporal(), queue, fake.activities, async () => {
    const handle = await startStage1(temporal(), queue, recipeOf('finished', ['a'], trainYaml));
    return await handle.result();
  });
  assert.deepEqual(
    fake.calls.filter((call) => /^(evaluate|train)/.test(call)),
    ['evaluate base', 'evaluate demo-000002', 'evaluate demo-final'],
  );
  assert.equal(result.trained?.final.label, last.label);
});

void test('a checkpoint that the server has lost is said, and the training goes on from the one before it', async () => {
  const queue = `q-${randomUUID()}`;
  const fake = fakeActivities();
  const { activities } = fakeActivities();
  let isLost = false;
  fake.activities.findRecords = async () => ({
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
  fake.activities.trainSegment = atEdge(trainSegment, { scrub: (text) => text });
  const result = await withWorker(temporal(), queue, fake.activities, async () => {
    const handle = await startStage1(temporal(), queue, recipeOf('loses', ['a'], trainYaml));
    const done = await handle.result();
    const { notes } = await handle.query(queries.progress);
    assert.deepEqual(notes, [
      'The server has the state of step 4 no more; step 2 is used',
      'The checkpoint demo-000004 is lost on the server; the training goes on from step 2',
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
  const queue = `q-${randomUUID()}`;
  const fake = fakeActivities();
  const trainSegment: Activities['trainSegment'] = async ({ from, to }) => {
    fake.calls.push(`trainSegment ${from}-${to}`);
    throw new HeadraceError('CheckpointLostError', 'the state is gone');
  };
  fake.activities.trainSegment = atEdge(trainSegment, { scrub: (text) => text });
  await withWorker(temporal(), queue, fake.activities, async () => {
    const handle = await startStage1(temporal(), queue, recipeOf('loses-all', ['a'], trainYaml));
    const state = await untilState(handle, ({ waitingFor }) => waitingFor.length > 0);
    assert.deepEqual(
      state.waitingFor.map(({ what, type }) => [what, type]),
      [['train', 'CheckpointLostError']],
    );
    await handle.terminate();
  });
  assert.equal(fake.calls.filter((call) => call.startsWith('trainSegment')).length, 3);
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
