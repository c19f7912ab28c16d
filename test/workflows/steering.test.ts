import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import type { ResolvedRecipe } from '../../client/recipe/recipe-file.js';
import type { Stage1Handle } from '../../client/runs/find-run.js';
import type { RunState } from '../../core/run/state.js';
import { childSignals, queries, updates } from '../../workflows/messages.js';
import type { stage1 } from '../../workflows/stage1.js';
import type { trainLora } from '../../workflows/train-lora.js';
import { useTemporal, withWorker } from '../support/temporal.js';
import { fakeActivities, recipeOf, recordOf, ref, trainYaml } from './fake-activities.js';
import type { Fake } from './fake-activities.js';

/** What a person may do to a run while it is under way. */

const temporal = useTemporal();
const memo = { recipeHash: 'changed', recipe: '{}' };

async function steered(
  recipe: ResolvedRecipe,
  fake: Fake,
  steer: (handle: Stage1Handle) => Promise<void>,
): Promise<void> {
  const queue = `q-${randomUUID()}`;
  await withWorker(temporal(), queue, fake.activities, async () => {
    const handle = await temporal().client.workflow.start<typeof stage1>('stage1', {
      workflowId: `headrace/${queue}`,
      taskQueue: queue,
      args: [{ recipe, searchAttributes: false }],
    });
    await steer(handle);
  });
}

async function until(handle: Stage1Handle, is: (state: RunState) => boolean): Promise<RunState> {
  for (let look = 0; look < 300; look += 1) {
    const state = await handle.query(queries.progress);
    if (is(state)) return state;
    await sleep(100);
  }
  throw new Error('the run did not come to that state');
}

async function untilCalled(fake: Fake, call: string, times = 1): Promise<void> {
  for (let look = 0; look < 300; look += 1) {
    if (fake.calls.filter((other) => other === call).length >= times) return;
    await sleep(100);
  }
  throw new Error(`${call} was not called ${times} times: ${fake.calls.join(', ')}`);
}

async function refusal(update: Promise<unknown>): Promise<string> {
  return await update.then(
    () => 'accepted',
    (error: Error) => String(error.cause),
  );
}

/** Works until it is cancelled, as often as `slow` says, and then as it would without us. */
async function untilCancelled(): Promise<void> {
  const beat = setInterval(() => Context.current().heartbeat(), 200);
  try {
    await Context.current().cancelled;
  } finally {
    clearInterval(beat);
  }
}

/** The first segment trains one step and then waits until it is told to save; what comes after is quick. */
function slowFirstSegment(): Fake {
  const fake = fakeActivities();
  const asBefore = { ...fake.activities };
  fake.activities.trainSegment = async (input) => {
    if (input.from > 0) return await asBefore.trainSegment(input);
    fake.calls.push(`trainSegment ${input.from}-${input.to}`);
    await untilCancelled().catch((error: unknown) => {
      if (!(error instanceof CancelledFailure)) throw error;
    });
    return { ...recordOf(1, 6), metrics: ref('metrics', 'm') };
  };
  return fake;
}

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
  await steered(recipeOf('pause-train', ['a'], trainYaml), fake, async (handle) => {
    await untilCalled(fake, 'trainSegment 0-2');
    assert.equal(await handle.executeUpdate(updates.pause), 'paused; the newest checkpoint is demo-000001');
    const paused = await until(handle, (state) => state.train?.paused === true);
    assert.equal(paused.waitingFor[0]?.kind, 'pause');
    assert.match(paused.waitingFor[0]?.remedy ?? '', /headrace resume/);
    assert.equal(await handle.executeUpdate(updates.pause), 'the run is paused already');
    assert.match(
      await refusal(handle.executeUpdate(updates.saveCheckpoint)),
      /paused, and its training saved/,
    );
    const before = fake.calls.length;
    await sleep(1_000);
    assert.equal(fake.calls.length, before, 'something was begun during the pause');
    assert.equal(await handle.executeUpdate(updates.resume), 'the run goes on');
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
  await steered(recipeOf('pause-both', ['a'], trainYaml), fake, async (handle) => {
    // Neither of the two ends by itself: that both are called shows that they are under way together.
    await untilCalled(fake, 'evaluate demo-000002, held');
    await untilCalled(fake, 'trainSegment 2-4, held');
    assert.equal(await handle.executeUpdate(updates.pause), 'paused; the newest checkpoint is demo-000003');
    await until(handle, (state) => state.train?.paused === true);
    held = false;
    const before = fake.calls.length;
    await sleep(1_000);
    assert.equal(fake.calls.length, before, 'something was begun during the pause');
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

void test('an evaluation that fails beside a segment lets it be recorded, and parks the training then', async () => {
  const fake = fakeActivities();
  const asBefore = { ...fake.activities };
  let full = true;
  fake.activities.evaluate = async (input) => {
    if (full && input.checkpoint !== null)
      throw ApplicationFailure.create({ message: 'full', type: 'DiskFullError', nonRetryable: true });
    return await asBefore.evaluate(input);
  };
  fake.activities.findRecords = async (input) =>
    full
      ? await asBefore.findRecords(input)
      : { found: 2, steps: 4, last: recordOf(4, 6), firstLoss: 2, notes: [], unmeasured: [] };
  await steered(recipeOf('full-beside', ['a'], trainYaml), fake, async (handle) => {
    const parked = await until(handle, (state) => state.waitingFor.length > 0);
    assert.deepEqual([parked.waitingFor[0]?.what, parked.waitingFor[0]?.type], ['train', 'DiskFullError']);
    assert.equal(fake.calls.at(-1), 'recordSegment 2-4');
    full = false;
    await handle.executeUpdate(updates.retryStage, { args: [{ stage: 'train' }] });
    const { trained } = await handle.result();
    assert.equal(trained?.reusedSteps, 4);
  });
});

void test('save now records a checkpoint and the training goes on from it by itself', async () => {
  const fake = slowFirstSegment();
  await steered(recipeOf('save', ['a'], trainYaml), fake, async (handle) => {
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

void test('a segment that is told to save before its first step starts again, and the answer says so', async () => {
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
  await steered(recipeOf('save-early', ['a'], trainYaml), fake, async (handle) => {
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
  void test(`a pause in ${stage} ends what is under way within seconds, and resume does it again`, async () => {
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
    await steered(recipeOf('pause', ['a'], trainYaml), fake, async (handle) => {
      await untilCalled(fake, 'waiting');
      assert.equal(await handle.executeUpdate(updates.pause), 'paused');
      slow = false;
      const before = fake.calls.length;
      await sleep(1_500);
      assert.equal(
        fake.calls.length,
        before,
        `began during the pause: ${fake.calls.slice(before).join(', ')}`,
      );
      await handle.executeUpdate(updates.resume);
      const result = await handle.result();
      assert.equal(result.trained?.final.label, 'demo-final');
    });
  });

void test('a run that is paused can be cancelled, and still writes its report', async () => {
  const fake = slowFirstSegment();
  await steered(recipeOf('pause-cancel', ['a'], trainYaml), fake, async (handle) => {
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

void test('a run that is not training has nothing to save, and says so', async () => {
  await steered(recipeOf('no-save', ['a'], 'review: true'), fakeActivities(), async (handle) => {
    await until(handle, (state) => state.waitingFor.length > 0);
    assert.match(
      await refusal(handle.executeUpdate(updates.saveCheckpoint)),
      /nothing to save in the stage review/,
    );
    await handle.executeUpdate(updates.approve, { args: [{ note: '' }] });
    await handle.result();
  });
});

void test('a parked source can be replaced by another definition, which the run then keeps', async () => {
  const fake = fakeActivities();
  const asBefore = { ...fake.activities };
  fake.activities.resolveSource = async (input) => {
    if (input.source.revision === undefined && input.source.name === 'b')
      throw ApplicationFailure.create({
        message: 'no such revision',
        type: 'RevisionNotFoundError',
        nonRetryable: true,
      });
    return await asBefore.resolveSource(input);
  };
  const recipe = recipeOf('replaces', ['a', 'b']);
  await steered(recipe, fake, async (handle) => {
    await until(handle, (state) => state.waitingFor.some((wait) => wait.what === 'b'));
    const [a, b] = recipe.sources;
    assert.ok(a !== undefined && b !== undefined);
    const replace = (source: typeof b): Promise<string> =>
      handle.executeUpdate(updates.replaceSource, { args: [{ source, memo }] });
    assert.match(await refusal(replace(a)), /"a" does not wait for anyone/);
    assert.equal(await replace({ ...b, revision: 'v2' }), 'b is tried again as owner/b at v2');
    await handle.result();
    const report = await handle.query(queries.report);
    assert.equal(report.recipe.sources[1]?.revision, 'v2');
    assert.equal((await handle.describe()).memo?.['recipeHash'], 'changed');
  });
});

void test('caps changed in the review make the mix again, from what is converted already', async () => {
  const fake = fakeActivities();
  const asBefore = { ...fake.activities };
  const rows: (number | undefined)[] = [];
  fake.activities.planMix = async (input) => {
    rows.push(input.sources[0]?.source.rows);
    return await asBefore.planMix(input);
  };
  await steered(recipeOf('caps', ['a'], 'review: true'), fake, async (handle) => {
    await until(handle, (state) => state.waitingFor.some((wait) => wait.kind === 'review'));
    const change = (caps: unknown): Promise<string> =>
      handle.executeUpdate(updates.changeCaps, { args: [{ caps, note: 'less', memo }] });
    assert.match(await refusal(change({ z: { rows: 1 } })), /no source "z"/);
    assert.equal(await change({ a: { rows: 5 } }), 'the mix is made again with other caps for a');
    await untilCalled(fake, 'finishMix', 2);
    await until(handle, (state) => state.waitingFor.some((wait) => wait.kind === 'review'));
    assert.ok((await handle.query(queries.composition)) !== null);
    await handle.executeUpdate(updates.approve, { args: [{ note: 'fine' }] });
    await handle.result();
    const state = await handle.query(queries.progress);
    assert.deepEqual(state.notes, ['changed: less', 'approved: fine']);
  });
  assert.deepEqual(rows, [undefined, 5]);
  assert.equal(fake.calls.filter((call) => call.startsWith('convertPieces')).length, 2);
});

for (const stage of ['finishMix', 'finishTokens', 'recordSegment', 'evaluate', 'writeReport'] as const)
  void test(`a full disk in ${stage} parks the run, and it goes on when there is room`, async () => {
    const fake = fakeActivities();
    const asBefore = fake.activities[stage] as (input: unknown) => Promise<never>;
    let full = true;
    const failing = async (input: unknown): Promise<never> => {
      if (full)
        throw ApplicationFailure.create({
          message: 'No space left on the disk',
          type: 'DiskFullError',
          nonRetryable: true,
          details: [{ remedy: 'Free disk space, then retry.' }],
        });
      return await asBefore(input);
    };
    Object.assign(fake.activities, { [stage]: failing });
    await steered(recipeOf('disk', ['a'], trainYaml), fake, async (handle) => {
      const parked = await until(handle, (state) => state.waitingFor.length > 0);
      const [wait] = parked.waitingFor;
      assert.equal(wait?.type, 'DiskFullError');
      assert.equal(wait?.remedy, 'Free disk space, then retry.');
      full = false;
      await handle.executeUpdate(updates.retryStage, { args: [{ stage: wait?.what ?? '' }] });
      await handle.result();
    });
  });

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
      args: [{ training: plan, mix: ref('mix', 'm'), out: '/nowhere', checkpointEvery: 2, ttlSeconds: 3 }],
    });
    await untilCalled(fake, 'trainSegment 0-2');
    await handle.signal(childSignals.pause);
    await untilCalled(fake, 'renewCheckpoints', 3);
    await handle.signal(childSignals.resume);
    assert.equal((await handle.result()).final.label, 'demo-final');
  });
});
