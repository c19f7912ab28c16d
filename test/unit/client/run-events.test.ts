import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventsBetween } from '../../../client/runs/run-events.js';
import { statusText } from '../../../client/text/status.js';
import { runDetails } from '../../../core/run/details.js';
import type { RunState, SourceState } from '../../../core/run/state.js';
import { compositionRow } from '../../support/composition-row.js';
import { contextNotes, sourceFindings } from '../../support/findings.js';

const resolving: RunState = {
  name: 'told',
  stage: 'resolve',
  sources: [],
  composition: null,
  tokens: null,
  server: null,
  developmentServer: false,
  train: null,
  cost: null,
  waitingFor: [],
  notes: [],
};
const mixed: RunState = {
  ...resolving,
  stage: 'tokenise',
  composition: { sources: [], trainLines: 2204, heldoutLines: 93 },
};
const training: RunState = { ...mixed, stage: 'train', tokens: { pieces: [1, 1], totalSteps: 60 } };

void test('the result of a stage is reported before the start of the next stage, however late the poll', () => {
  const mix = 'mix: 2,204 lines to train on, 93 held out';
  assert.deepEqual(eventsBetween({ ...resolving, stage: 'mix' }, mixed), [mix, 'stage: tokenise']);
  assert.deepEqual(eventsBetween(mixed, training), ['tokenise: 60 training steps', 'stage: train']);
  assert.deepEqual(eventsBetween(undefined, training), [mix, 'tokenise: 60 training steps', 'stage: train']);
});

void test('a held-out loss that diverged is shown by that word, in the terminal and in the Temporal UI', () => {
  const train = {
    step: 20,
    totalSteps: 60,
    usage: { train: 2_000, prefill: 150, sample: 30 },
    firstLoss: 3,
    lastLoss: 2,
    reusedSteps: 0,
    checkpoints: [],
    baseNll: 3.5,
    heldoutNll: null,
    paused: false,
    saves: 0,
    notes: [],
  } as const;
  const diverged = { ...training, train: { ...train, heldoutNll: 'diverged' } } as const;
  assert.deepEqual(eventsBetween({ ...training, train }, diverged), ['evaluate: held-out loss diverged']);
  assert.match(runDetails(diverged), /held-out 3\.500 → diverged/);
});

const findings = sourceFindings({ unread: { context: 4467 } });
const converting: SourceState = { name: 'dolly', status: 'convert', notes: [] };
const converted: SourceState = { ...converting, status: 'done', conversations: 15_011, findings };

void test('what was not read is shown once, at the end of the conversion of the source', () => {
  const before = { ...resolving, sources: [converting] };
  const now = { ...resolving, sources: [converted] };
  const lines = ['dolly: converted, 15,011 conversations, 0 rejected', ...contextNotes];
  assert.deepEqual(eventsBetween(before, now), lines);
  assert.deepEqual(eventsBetween(now, { ...now, stage: 'mix' }), ['stage: mix']);
});

void test('the status shows what was not read after the conversion, and then below the tables of the mix', () => {
  const status = (state: RunState): string =>
    statusText({ name: 'told', runStatus: 'RUNNING', state, pending: [], uiLink: undefined });
  const state = { ...resolving, sources: [converted] };
  assert.ok(status(state).includes(contextNotes.map((line) => `  ${line}`).join('\n')));
  const row = compositionRow('dolly', findings);
  const mix = status({ ...state, composition: { sources: [row], trainLines: 1, heldoutLines: 0 } });
  assert.ok(mix.endsWith(`\n${contextNotes.join('\n')}`));
  assert.equal(mix.split('not read').length, 2);
});

void test('what is not trained is shown with the steps at the end of tokenising, with what to do about it', () => {
  const sources = [
    { source: 'a', rows: 640, refused: { reasoning: 64 }, weightZero: 1, reasoningLeftOut: 0, named: 2 },
  ];
  const untrained = { renderer: 'llama3', sources } as const;
  const tokenised = { ...mixed, tokens: { pieces: [1, 1], totalSteps: 60, untrained } } as const;
  const lines = [
    'tokenise: 60 training steps',
    'a: 64 of 640 rows are not trained: llama3 has no form for reasoning',
    '  Write `reasoning: inline`, which puts it into the words as a think block, or leave it out with `ignore`.',
    'a: 1 message of weight 0 is context and not trained',
    'a: 2 rows have names, which llama3 does not write',
  ];
  assert.deepEqual(eventsBetween(mixed, tokenised), lines);
  assert.deepEqual(eventsBetween(tokenised, { ...tokenised, stage: 'train' }), ['stage: train']);
  const status = { name: 'told', runStatus: 'RUNNING', state: tokenised, pending: [], uiLink: undefined };
  assert.ok(statusText(status).includes(lines.map((line) => `  ${line}`).join('\n')));
});

void test('examples are shown beside conversations where the turns of a conversation are several', () => {
  const counts = { pieces: [1, 1], totalSteps: 60, trainedRows: 100 } as const;
  const untrained = {
    renderer: 'qwen3_disable_thinking',
    sources: [
      {
        source: 'a',
        rows: 100,
        refused: {},
        weightZero: 0,
        reasoningLeftOut: 0,
        named: 0,
        refusedTurns: { thinking_disabled: 3 },
      },
    ],
  } as const;
  const shown = (trainedExamples: number): readonly string[] =>
    eventsBetween(mixed, { ...mixed, tokens: { ...counts, trainedExamples, untrained } });
  assert.deepEqual(shown(412), [
    'tokenise: 60 training steps, 412 examples of 100 conversations',
    'a: 3 turns of other rows are not trained: the generation prompt of qwen3_disable_thinking forbids reasoning, and the trained turn reasons',
    '  Set `train.renderer: qwen3`, or leave the reasoning out with `ignore`.',
  ]);
  assert.equal(shown(100)[0], 'tokenise: 60 training steps');
});
