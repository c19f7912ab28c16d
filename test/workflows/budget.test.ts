import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunState } from '../../core/run/state.js';
import { updates } from '../../workflows/messages.js';
import { budgetChange } from '../../client/runs/change-recipe.js';
import type { ResolvedRecipe } from '../../client/recipe/recipe-file.js';
import { useTemporal } from '../support/temporal.js';
import { fakeActivities, recipeOf, recordsWhatItTrained } from './fake-activities.js';
import { refusal, slowFirstSegment, untilCalled, untilState, untilWaiting, withRun } from './runs.js';

/** Six steps of 10 tokens, checkpoints at 2, 4 and 6, and evaluations of 7 tokens: 88 tokens in all. */

const temporal = useTemporal();

const budgeted = (name: string, budget: string, more = ''): ResolvedRecipe =>
  recipeOf(
    name,
    ['a'],
    `train: { base_model: tiny, learning_rate: 1.0e-3, checkpoint_every: 2, budget: ${budget}${more} }`,
  );

const trainCalls = (calls: readonly string[]): string[] =>
  calls.filter((call) => /^(train|record|evaluate)/.test(call));

const change = (recipe: ResolvedRecipe, ...limits: string[]) => ({
  args: [budgetChange({ recipe }, limits, '')] as [ReturnType<typeof budgetChange>],
});

const waitOf = ({ waitingFor }: RunState) => waitingFor[0] ?? assert.fail('the run waits for nothing');

void test('a training saves, is measured and waits before its next step would pass the budget', async () => {
  const fake = fakeActivities();
  // Evaluations before the training and of two checkpoints, and three steps; a fourth makes 61.
  const recipe = budgeted('parks', '{ tokens: 60 }');
  await withRun(temporal(), recipe, fake, async (handle) => {
    const parked = await untilWaiting(handle);
    assert.deepEqual(trainCalls(fake.calls), [
      'evaluate base',
      'trainSegment 0-2',
      'recordSegment 0-2',
      'evaluate demo-000002',
      'trainSegment 2-3',
      'recordSegment 2-3',
      'evaluate demo-000003',
    ]);
    const wait = waitOf(parked);
    assert.deepEqual([wait.what, wait.type], ['train', 'BudgetReachedError']);
    assert.match(
      wait.message,
      /The budget of 60 tokens does not cover step 3 of 6 .*: used are 51 tokens\. The checkpoint demo-000003 is saved\./,
    );
    assert.match(wait.remedy, /The whole training needs at least 95 tokens\. Raise the budget/);
    assert.deepEqual(parked.train?.usage, { train: 30, prefill: 15, sample: 6 });
    await handle.terminate();
  });
});

void test('a larger budget lets the training continue from its checkpoint to the end', async () => {
  const fake = recordsWhatItTrained(fakeActivities());
  const recipe = budgeted('raised', '{ tokens: 60 }');
  await withRun(temporal(), recipe, fake, async (handle) => {
    await untilWaiting(handle);
    const answer = await handle.executeUpdate(updates.changeBudget, change(recipe, 'tokens=95'));
    assert.equal(answer, 'the training continues with a budget of 95 tokens');
    const { trained } = await handle.result();
    assert.equal(trained?.final.label, 'demo-final');
  });
  // 3-4 ends where the whole segment would have.
  assert.deepEqual(
    fake.calls.filter((call) => call.startsWith('trainSegment')),
    ['trainSegment 0-2', 'trainSegment 2-3', 'trainSegment 3-4', 'trainSegment 4-6'],
  );
});

void test('a retry without a larger budget waits again, and trains nothing', async () => {
  const fake = fakeActivities();
  await withRun(temporal(), budgeted('retried', '{ tokens: 20 }'), fake, async (handle) => {
    await untilWaiting(handle);
    await handle.executeUpdate(updates.retryStage, { args: [{ stage: 'train' }] });
    await untilCalled(fake, 'evaluate base', 2);
    const again = await untilState(handle, ({ waitingFor }) => waitingFor.length > 0);
    assert.match(waitOf(again).message, /used are 7 tokens\. Nothing is trained yet/);
    assert.ok(!fake.calls.some((call) => call.startsWith('trainSegment')));
    await handle.terminate();
  });
});

void test('a budget that does not cover the first evaluation spends nothing at all', async () => {
  const fake = fakeActivities();
  await withRun(temporal(), budgeted('nothing', '{ tokens: 6 }'), fake, async (handle) => {
    const parked = await untilWaiting(handle);
    assert.match(
      waitOf(parked).message,
      /does not cover the evaluation before the first step: used are 0 tokens/,
    );
    assert.deepEqual(trainCalls(fake.calls), []);
    await handle.terminate();
  });
});

void test('a budget that covers the training does not change its segments', async () => {
  const fake = fakeActivities();
  const result = await withRun(temporal(), budgeted('enough', '{ tokens: 88 }'), fake, async (handle) => {
    return await handle.result();
  });
  assert.equal(result.trained?.final.label, 'demo-final');
  assert.deepEqual(
    fake.calls.filter((call) => call.startsWith('trainSegment')),
    ['trainSegment 0-2', 'trainSegment 2-4', 'trainSegment 4-6'],
  );
});

void test('a budget of money counts by the price of the training', async () => {
  const fake = fakeActivities();
  const quick = { ...fake.activities };
  const rate = (usd: number) => ({ usd, from: 'a test' });
  fake.activities.planTraining = async (input) => ({
    ...(await quick.planTraining(input)),
    price: { train: rate(1_000_000), prefill: rate(0), sample: rate(0) },
  });
  const price = ', price: { train: 1000000, prefill: 0, sample: 0 }';
  await withRun(temporal(), budgeted('money', '{ usd: 25 }', price), fake, async (handle) => {
    const parked = await untilWaiting(handle);
    assert.match(waitOf(parked).message, /budget of \$25\.00 .*: used are 34 tokens, about \$20\.00/);
    await handle.terminate();
  });
});

void test('the budget of a training under way is changed from its next segment on', async () => {
  const fake = slowFirstSegment();
  const recipe = recipeOf(
    'lowered',
    ['a'],
    'train: { base_model: tiny, learning_rate: 1.0e-3, checkpoint_every: 2 }',
  );
  await withRun(temporal(), recipe, fake, async (handle) => {
    await untilCalled(fake, 'trainSegment 0-2');
    const answer = await handle.executeUpdate(updates.changeBudget, change(recipe, 'tokens=40'));
    assert.equal(answer, 'the training has a budget of 40 tokens from its next segment on');
    await handle.executeUpdate(updates.saveCheckpoint);
    const parked = await untilWaiting(handle);
    assert.deepEqual(parked.cost?.budget, { tokens: 40 });
    assert.match(waitOf(parked).message, /The budget of 40 tokens does not cover step 1 of 6/);
    await handle.terminate();
  });
});

void test('an update with something other than a budget is refused with what was expected', async () => {
  const fake = slowFirstSegment();
  const recipe = budgeted('refused', '{ tokens: 60 }');
  await withRun(temporal(), recipe, fake, async (handle) => {
    await untilCalled(fake, 'trainSegment 0-2');
    const { args } = change(recipe, 'tokens=80');
    const sent = (budget: unknown) =>
      refusal(handle.executeUpdate(updates.changeBudget, { args: [{ ...args[0], budget }] as never }));
    assert.match(await sent({ tokens: 0 }), /expected \{"budget": .*found \{"tokens":0\}/);
    assert.match(await sent({}), /expected \{"budget": .*found \{\}/);
    assert.match(await sent({ usd: '5' }), /expected \{"budget"/);
    assert.match(
      await sent({ usd: 5 }),
      /budget\.usd needs prices, and none is known for: train, prefill, sample/,
    );
    await handle.terminate();
  });
});
