import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApplicationFailure } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { queries, updates } from '../../workflows/messages.js';
import { useTemporal } from '../support/temporal.js';
import { fakeActivities, recipeOf, noRecords, recordOf, trainYaml } from './fake-activities.js';
import { refusal, untilCalled, untilState, untilWaiting, withRun } from './runs.js';

/** What parks, and the decisions on it. */

const temporal = useTemporal();

function gated(): never {
  throw ApplicationFailure.create({
    message: 'owner/b is gated',
    type: 'GatedDatasetError',
    nonRetryable: true,
    details: [{ remedy: 'Accept the terms.' }],
  });
}

const memo = { recipeHash: 'changed', recipe: '{}' };

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
      : { ...noRecords, found: 2, steps: 4, last: recordOf(4, 6), firstLoss: 2 };
  await withRun(temporal(), recipeOf('full-beside', ['a'], trainYaml), fake, async (handle) => {
    const parked = await untilState(handle, (state) => state.waitingFor.length > 0);
    assert.deepEqual([parked.waitingFor[0]?.what, parked.waitingFor[0]?.type], ['train', 'DiskFullError']);
    assert.equal(fake.calls.at(-1), 'recordSegment 2-4');
    full = false;
    await handle.executeUpdate(updates.retryStage, { args: [{ stage: 'train' }] });
    const { trained } = await handle.result();
    assert.equal(trained?.reusedSteps, 4);
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
  await withRun(temporal(), recipe, fake, async (handle) => {
    await untilState(handle, (state) => state.waitingFor.some((wait) => wait.what === 'b'));
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
  await withRun(temporal(), recipeOf('caps', ['a'], 'review: true'), fake, async (handle) => {
    await untilState(handle, (state) => state.waitingFor.some((wait) => wait.kind === 'review'));
    const change = (caps: unknown): Promise<string> =>
      handle.executeUpdate(updates.changeCaps, { args: [{ caps, note: 'less', memo }] });
    assert.match(await refusal(change({ z: { rows: 1 } })), /no source "z"/);
    assert.equal(await change({ a: { rows: 5 } }), 'the mix is made again with other caps for a');
    await untilCalled(fake, 'finishMix', 2);
    await untilState(handle, (state) => state.waitingFor.some((wait) => wait.kind === 'review'));
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
  void test(`a full disk in ${stage} parks the run, and it continues when there is room`, async () => {
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
    await withRun(temporal(), recipeOf('disk', ['a'], trainYaml), fake, async (handle) => {
      const parked = await untilState(handle, (state) => state.waitingFor.length > 0);
      const [wait] = parked.waitingFor;
      assert.equal(wait?.type, 'DiskFullError');
      assert.equal(wait?.remedy, 'Free disk space, then retry.');
      full = false;
      await handle.executeUpdate(updates.retryStage, { args: [{ stage: wait?.what ?? '' }] });
      await handle.result();
    });
  });

void test('the day of the start goes with the tokens, also where they are planned again after a wait', async () => {
  const fake = fakeActivities();
  const days: string[] = [];
  const { activities } = fakeActivities();
  fake.activities.chooseTokenizer = async (input) => {
    days.push(input.startedOn);
    return await activities.chooseTokenizer(input);
  };
  fake.activities.planTokens = async (input) => {
    days.push(input.startedOn);
    if (days.length === 2)
      throw ApplicationFailure.create({ message: 'full', type: 'DiskFullError', nonRetryable: true });
    return await activities.planTokens(input);
  };
  await withRun(temporal(), recipeOf('dated', ['a'], trainYaml), fake, async (handle) => {
    await untilWaiting(handle);
    await handle.executeUpdate(updates.retryStage, { args: [{ stage: 'tokenise' }] });
    await handle.result();
    const day = (await handle.describe()).startTime.toISOString().slice(0, 10);
    assert.deepEqual(days, [day, day, day]);
  });
});

void test('a tokenizer that does not fit parks the run at once, and the mix is made meanwhile', async () => {
  const fake = fakeActivities();
  const { activities } = fakeActivities();
  let fits = false;
  fake.activities.chooseTokenizer = async (input) => {
    if (!fits)
      throw ApplicationFailure.create({ message: 'no end', type: 'TokenizerError', nonRetryable: true });
    return await activities.chooseTokenizer(input);
  };
  await withRun(temporal(), recipeOf('early', ['a'], trainYaml), fake, async (handle) => {
    const { waitingFor } = await untilWaiting(handle);
    assert.equal(waitingFor[0]?.type, 'TokenizerError');
    await untilCalled(fake, 'planMix a');
    fits = true;
    await handle.executeUpdate(updates.retryStage, { args: [{ stage: 'tokenise' }] });
    await handle.result();
  });
});

void test('results that fail are written again after the mix is put in order again', async () => {
  const fake = fakeActivities();
  const { activities } = fakeActivities();
  fake.activities.finishMix = async (input) => {
    const plans = fake.calls.filter((call) => call.startsWith('planMix')).length;
    if (plans === 1)
      throw ApplicationFailure.create({
        message: 'a part is gone',
        type: 'ArtifactMissingError',
        nonRetryable: true,
      });
    return await activities.finishMix(input);
  };
  await withRun(temporal(), recipeOf('again', ['a'], trainYaml), fake, async (handle) => {
    await untilWaiting(handle);
    await handle.executeUpdate(updates.retryStage, { args: [{ stage: 'mix' }] });
    await handle.result();
  });
  assert.equal(fake.calls.filter((call) => call.startsWith('planMix')).length, 2);
});

void test('a source that fails parks while the others continue, and continues when it is tried again', async () => {
  const fake = fakeActivities();
  let accepted = false;
  const { activities } = fakeActivities();
  fake.activities.resolveSource = async (input) =>
    input.source.name === 'b' && !accepted ? gated() : await activities.resolveSource(input);
  await withRun(temporal(), recipeOf('parks', ['a', 'b']), fake, async (handle) => {
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

void test('what to decide, and by which command, is in the details that the Temporal UI shows', async () => {
  const fake = fakeActivities();
  fake.activities.resolveSource = async () => await Promise.resolve(gated());
  await withRun(temporal(), recipeOf('shown', ['b']), fake, async (handle) => {
    await untilState(handle, (state) => state.waitingFor.length > 0);
    const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    assert.match(currentDetails, /\*\*Waits for a decision\*\* \(b\): GatedDatasetError/);
    assert.match(currentDetails, /is gated\n\nAccept the terms\./);
    assert.match(
      currentDetails,
      /^npx headrace retry-source shown b\nnpx headrace replace-source shown b --files …\nnpx headrace skip-source shown b$/m,
    );
    await handle.terminate();
  });
});

void test('a parked source can be skipped', async () => {
  const fake = fakeActivities();
  const { activities } = fakeActivities();
  fake.activities.resolveSource = async (input) =>
    input.source.name === 'b' ? gated() : await activities.resolveSource(input);
  const result = await withRun(temporal(), recipeOf('skips', ['a', 'b']), fake, async (handle) => {
    await untilState(handle, (state) => state.waitingFor.length > 0);
    await handle.executeUpdate(updates.skipSource, { args: [{ source: 'b' }] });
    return await handle.result();
  });
  assert.deepEqual(result.skippedSources, ['b']);
  assert.ok(fake.calls.includes('planMix a'));
});

void test('a review waits for approve, and reject ends the run with its note', async () => {
  const fake = fakeActivities();
  await withRun(temporal(), recipeOf('review', ['a'], 'review: true'), fake, async (handle) => {
    await untilState(handle, (state) => state.waitingFor.some((wait) => wait.kind === 'review'));
    await handle.executeUpdate(updates.approve, { args: [{ note: 'fine' }] });
    await handle.result();
  });
  await withRun(temporal(), recipeOf('review', ['a'], 'review: true'), fake, async (handle) => {
    await untilState(handle, (state) => state.waitingFor.some((wait) => wait.kind === 'review'));
    await handle.executeUpdate(updates.reject, { args: [{ note: 'too much code' }] });
    await assert.rejects(
      handle.result(),
      (error: unknown) => error instanceof WorkflowFailedError && /too much code/.test(String(error.cause)),
    );
  });
});
