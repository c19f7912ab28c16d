import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDialogueConverter, type DialogueRow } from '../../../../core/convert/dialogue.js';
import { layoutOf } from '../../../../core/convert/layout.js';

const row = (responseId: number, more: Partial<DialogueRow> = {}): DialogueRow => ({
  dialogueId: 1,
  responseId,
  context: `question ${responseId}`,
  response: `answer ${responseId}`,
  episodeDone: false,
  filtered: {},
  ...more,
});
const convert = createDialogueConverter({ layout: layoutOf('prosocial') });

void test('turns are put in the order of their ids', () => {
  const { outcome, gap, unfinished } = convert([row(1, { episodeDone: true }), row(0)]);
  assert.deepEqual(
    typeof outcome === 'string' ? outcome : outcome.conversation.messages.map(({ content }) => content),
    ['question 0', 'answer 0', 'question 1', 'answer 1'],
  );
  assert.deepEqual([gap, unfinished], [false, false]);
});

void test('gaps and a missing end are kept and reported', () => {
  const { outcome, gap, unfinished } = convert([row(0), row(2)]);
  assert.notEqual(typeof outcome, 'string');
  assert.deepEqual([gap, unfinished], [true, true]);
});

void test('equal rows collapse, though other columns differ', () => {
  const { outcome, collapsedRows } = convert([row(0), row(0, { episodeDone: true })]);
  assert.notEqual(typeof outcome, 'string');
  assert.equal(collapsedRows, 1);
});

void test('different rows of one id reject the dialogue', () => {
  assert.equal(convert([row(0), row(0, { response: 'other' })]).outcome, 'conflicting_turns');
  assert.equal(convert([row(0), row(0, { filtered: { label: 'x' } })]).outcome, 'conflicting_turns');
});

void test('the filter has to pass on every row', () => {
  const filtering = createDialogueConverter({ layout: layoutOf('prosocial'), filter: { label: 'ok' } });
  const ok = { filtered: { label: 'ok' } };
  assert.equal(filtering([row(0, ok), row(1, { filtered: { label: 'bad' } })]).outcome, 'filtered');
  assert.notEqual(typeof filtering([row(0, ok), row(1, ok)]).outcome, 'string');
});
