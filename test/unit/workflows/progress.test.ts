import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EvaluationResult } from '../../../core/contracts/evaluation.js';
import type { FindRecordsResult, SegmentRecordRef } from '../../../core/contracts/training.js';
import {
  fellBack,
  found,
  measured,
  noted,
  nothingYet,
  outcomeOf,
  recorded,
  saved,
  trainStateOf,
} from '../../../workflows/training/progress.js';
import type { TrainingProgress } from '../../../workflows/training/progress.js';
import { recordOf, ref } from '../../workflows/fake-activities.js';

const totalSteps = 6;
const training = { totalSteps, evaluation: { train: 0, prefill: 5, sample: 2 } };
const record = (step: number): SegmentRecordRef => recordOf(step, totalSteps);

const noRecords: FindRecordsResult = {
  found: 0,
  steps: 0,
  last: null,
  firstLoss: null,
  done: { trainedTokens: 0, evaluations: 0 },
  notes: [],
  unmeasured: [],
};

const evaluation = (step: number, heldoutNll = 1): EvaluationResult => ({
  evaluation: ref('evaluation', String(step)),
  step,
  label: step === 0 ? 'base' : record(step).label,
  heldoutRows: 1,
  heldoutNll,
  heldoutNllBySource: {},
  answers: [],
});

/** The progress after the segments that end at these steps, each of which was measured. */
function after(...steps: readonly number[]): TrainingProgress {
  return steps.reduce(
    (progress, step) => measured(recorded(progress, record(step)), record(step), evaluation(step)),
    measured(nothingYet, null, evaluation(0)),
  );
}

const labels = (records: readonly SegmentRecordRef[]): string[] => records.map(({ label }) => label);

void test('a training that has not begun is at step 0 and has nothing to measure', () => {
  const progress = found(nothingYet, noRecords);
  assert.deepEqual(progress, nothingYet);
  assert.equal(trainStateOf(progress, training, false).step, 0);
});

void test('what earlier runs recorded counts as reused steps, and what they have not measured is to be measured', () => {
  const unmeasured = [record(2), record(4)];
  const progress = found(nothingYet, {
    ...noRecords,
    last: record(4),
    firstLoss: 3,
    unmeasured,
    notes: ['n'],
  });
  assert.equal(progress.reusedSteps, 4);
  assert.equal(progress.firstLoss, 3);
  assert.deepEqual(labels(progress.checkpoints), ['demo-000004']);
  assert.deepEqual(labels(progress.unmeasured), ['demo-000002', 'demo-000004']);
  assert.deepEqual(progress.notes, ['n']);
});

void test('the final checkpoint of an earlier run is measured again, for no list of unmeasured ones has it', () => {
  const progress = found(nothingYet, { ...noRecords, last: record(6), unmeasured: [record(2)] });
  assert.deepEqual(labels(progress.unmeasured), ['demo-000002', 'demo-final']);
});

void test('a recorded segment is the newest checkpoint and has to be measured', () => {
  const progress = recorded(after(2), record(4));
  assert.equal(progress.last?.nextStep, 4);
  assert.deepEqual(labels(progress.checkpoints), ['demo-000002', 'demo-000004']);
  assert.deepEqual(labels(progress.unmeasured), ['demo-000004']);
});

void test('the first loss is that of the first segment, or of the run that trained it', () => {
  const first = recorded(nothingYet, { ...record(2), firstLoss: 5 });
  assert.equal(recorded(first, { ...record(4), firstLoss: 4 }).firstLoss, 5);
  const goesOn = found(nothingYet, { ...noRecords, last: record(2), firstLoss: 9 });
  assert.equal(recorded(goesOn, record(4)).firstLoss, 9);
});

void test('the newest 20 checkpoints are shown', () => {
  const steps = Array.from({ length: 30 }, (_, index) => index + 1);
  const progress = steps.reduce((before, step) => recorded(before, recordOf(step, 100)), nothingYet);
  assert.equal(progress.checkpoints.length, 20);
  assert.equal(progress.checkpoints[0]?.nextStep, 11);
  assert.equal(progress.unmeasured.length, 30);
});

void test('measuring a checkpoint takes it off the list and shows its held-out loss', () => {
  const two = recorded(recorded(nothingYet, record(2)), record(4));
  const one = measured(two, record(2), evaluation(2, 1.5));
  assert.deepEqual(labels(one.unmeasured), ['demo-000004']);
  assert.equal(trainStateOf(one, training, false).heldoutNll, 1.5);
  assert.equal(trainStateOf(one, training, false).baseNll, null);
});

void test('what the training begins with is measured apart', () => {
  const progress = measured(after(2), null, evaluation(0, 3));
  assert.equal(trainStateOf(progress, training, false).baseNll, 3);
  assert.equal(progress.evaluated?.step, 2);
});

void test('after a lost checkpoint the training is where the newest record is that the server still has', () => {
  const progress = fellBack(after(2, 4), {
    ...noRecords,
    last: record(2),
    firstLoss: 2,
    notes: ['step 4 is gone'],
  });
  assert.equal(progress.last?.nextStep, 2);
  assert.deepEqual(labels(progress.checkpoints), ['demo-000002']);
  assert.equal(progress.evaluated, null, 'the loss of a lost checkpoint is not shown');
  assert.equal(progress.base?.step, 0, 'the base model is not measured again');
  assert.deepEqual(progress.notes, [
    'step 4 is gone',
    'The checkpoint demo-000004 is lost on the server; the training continues from step 2',
  ]);
});

void test('after a lost checkpoint, checkpoints before it that were not measured are measured', () => {
  const progress = fellBack(after(2, 4), { ...noRecords, last: record(2), unmeasured: [record(2)] });
  assert.deepEqual(labels(progress.unmeasured), ['demo-000002']);
});

void test('steps that are trained again are not counted as reused', () => {
  const before = found(nothingYet, { ...noRecords, last: record(4) });
  assert.equal(fellBack(before, { ...noRecords, last: record(2) }).reusedSteps, 2);
  assert.equal(fellBack(before, noRecords).reusedSteps, 0);
});

void test('lost checkpoints are counted in a row: a recorded segment ends the count', () => {
  const twice = fellBack(fellBack(after(2, 4), noRecords), noRecords);
  assert.equal(twice.lostCheckpoints, 2);
  assert.equal(recorded(twice, record(2)).lostCheckpoints, 0);
});

void test('a note is shown once, and the newest 20 are kept', () => {
  const twice = noted(noted(nothingYet, 'a'), 'a');
  assert.deepEqual(twice.notes, ['a']);
  const many = Array.from({ length: 30 }, (_, index) => String(index)).reduce(noted, nothingYet);
  assert.equal(many.notes.length, 20);
  assert.equal(many.notes.at(-1), '29');
});

void test('answered requests to save are counted', () => {
  assert.equal(trainStateOf(saved(saved(nothingYet, 1), 2), training, false).saves, 3);
});

void test('the outcome has the final checkpoint with its evaluation', () => {
  const outcome = outcomeOf(after(2, 4, 6), training);
  assert.equal(outcome.final.label, 'demo-final');
  assert.equal(outcome.trained?.step, 6);
  assert.equal(outcome.base?.step, 0);
});

void test('a training that has not ended has no outcome', () => {
  assert.throws(() => outcomeOf(nothingYet, training), /at step 0 of 6/);
  assert.throws(() => outcomeOf(after(2, 4), training), /at step 4 of 6/);
});
