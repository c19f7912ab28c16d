import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventsBetween } from '../../../client/runs/run-events.js';
import { statusText } from '../../../client/text/status.js';
import { runCostText } from '../../../client/text/run-cost.js';
import { priceOf } from '../../../core/cost/price.js';
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

const used = { train: 2_000, prefill: 150, sample: 30 };
const cost = {
  planned: { train: 6_000, prefill: 600, sample: 120 },
  price: priceOf('any', { train: 100, prefill: 50, sample: 200 }),
  budget: { tokens: 5_000 },
};

void test('what a training will use and cost is shown once it is planned, with a budget that is too small', () => {
  assert.deepEqual(eventsBetween(training, { ...training, cost }), [
    'train: in all 6,000 tokens trained, 600 prefilled, at most 120 sampled',
    'train: about $0.65, an estimate: a million tokens trained $100.00, prefilled $50.00, sampled $200.00 (`train.price` of the recipe)',
    'train: the budget is 5,000 tokens, less than that: the training will save and wait',
  ]);
  const enough = { ...cost, price: null, budget: { tokens: 6_720 } };
  assert.deepEqual(eventsBetween(training, { ...training, cost: enough }).slice(1), [
    'train: the budget is 6,720 tokens',
  ]);
  assert.deepEqual(eventsBetween({ ...training, cost }, { ...training, cost }), []);
});

void test('the status and the Temporal UI show what a training has used so far', () => {
  const train = {
    step: 20,
    totalSteps: 60,
    usage: used,
    firstLoss: 3,
    lastLoss: 2,
    reusedSteps: 0,
    checkpoints: [],
    baseNll: null,
    heldoutNll: null,
    paused: false,
    saves: 0,
    notes: [],
  };
  const state = { ...training, train, cost };
  const text = statusText({ name: 'told', runStatus: 'RUNNING', state, pending: [], uiLink: undefined });
  assert.match(text, /so far: 2,000 tokens trained, 150 prefilled, at most 30 sampled, about \$0\.21/);
  assert.match(
    runDetails(state),
    /Used so far: 2,180 tokens, about \$0\.21, of 6,720 tokens, about \$0\.65 in all, budget 5,000 tokens/,
  );
});

void test('a cost shows the count of the server beside that of Headrace, or why there is none', () => {
  const since = new Date('2026-11-28T08:12:30Z');
  const billed = { server: 'http://s', usage: { ...used, sample: 12 }, cached: 40, usd: 0.2 };
  assert.equal(
    runCostText({ cost, used, billed, since }).split('\n').at(-1),
    'billed  2,000 tokens trained, 150 prefilled, 12 sampled (40 of the prefilled were cached), $0.20 by its own estimate: http://s, for sessions of the run since 2026-11-28 08:00 UTC; it may lag by hours',
  );
  const refused = runCostText({ cost, used: null, billed: { problem: 'TinkerAuthError: 403' }, since });
  assert.match(refused, /^so far {2}nothing yet$/m);
  assert.match(refused, /^budget {2}5,000 tokens$/m);
  assert.match(refused, /^billed {2}not known: TinkerAuthError: 403$/m);
});

void test('the date or the effort in the prompts of a run is reported once, with its tokens', () => {
  const tokens = { pieces: [0, 1], totalSteps: null, settings: { currentDate: '2026-11-28' } } as const;
  const begun = { ...mixed, tokens };
  const line = 'tokenise: current date 2026-11-28 in every conversation';
  assert.deepEqual(eventsBetween(mixed, begun), [line]);
  assert.deepEqual(eventsBetween(begun, { ...begun, tokens: { ...tokens, totalSteps: 60 } }), [
    'tokenise: 60 training steps',
  ]);
  assert.ok(eventsBetween(undefined, begun).includes(line));
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
