import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headFindingNotes } from '../../../client/text/head-notes.js';
import { planText } from '../../../client/text/plan.js';
import { previewText } from '../../../client/text/preview.js';
import type { HeadFindings } from '../../../client/preview/head-findings.js';
import type { SourcePreview } from '../../../client/preview/preview-source.js';
import { noFacts } from '../../../core/convert/findings/facts.js';
import { sourceFindings } from '../../support/findings.js';

const head: HeadFindings = {
  rows: 64,
  findings: sourceFindings({ converted: 60, unread: { context: 20 }, blankSystem: 3 }),
  otherNames: ['category', 'id\u001b[2J'],
  training: {
    renderer: 'llama3',
    turnsWouldTrain: false,
    refused: { reasoning: 64 },
    weightZero: 0,
    reasoningLeftOut: 0,
    named: 0,
  },
};
const headLines = [
  'dolly: in the first 64 rows: not read, though named like part of the conversation:',
  '  context   in 20 of 60 conversations',
  '  Read it with `fields` (`format: alpaca`, `fields: { input: context, output: response }`), or leave it out with `ignore: [context]`.',
  'dolly: in the first 64 rows: 3 blank system messages left out',
  'dolly: other names, not read and not counted: category, "id\\u001b[2J"',
  'llama3 has no form for reasoning: 64 of the first 64 rows of dolly would be refused',
  '  Write `reasoning: inline`, which puts it into the words as a think block, or leave it out with `ignore`.',
];

const previewOf = (row: Partial<SourcePreview['rows'][number]>): string =>
  previewText({
    name: 'dolly',
    format: 'prompt-response',
    formatReason: 'named in the recipe',
    file: 'dolly.jsonl',
    columns: ['instruction', 'response'],
    notes: [],
    bytesRead: 0,
    expectedConversations: 60,
    counts: { converted: 60 },
    head,
    rows: [{ row: 1, before: { a: 1 }, after: null, facts: null, outcome: 'converted', ...row }],
  });

void test('a plan shows what is not read, all other names, and what the training would refuse', () => {
  const source = {
    name: 'dolly',
    download: { files: 0, bytes: 0 },
    resumeBytes: 0,
    reuse: { files: 1, bytes: 10 },
    convert: null,
    files: [],
    pieces: [],
    notes: [],
    head,
  };
  const text = planText([source], { root: '/store', freeBytes: 1 }, false);
  assert.ok(text.includes(`\n${headLines.join('\n')}\n`), text);
});

void test('notes on one row name the first row', () => {
  assert.equal(
    headFindingNotes({ ...head, rows: 1 })[0],
    'dolly: in the first row: not read, though named like part of the conversation:',
  );
});

void test('a preview has the same lines on top, and under a row what was not read or left out of it', () => {
  const facts = { ...noFacts, unread: ['context', 'messages[].thought'], blankSystem: 1, trailing: true };
  const messages = [{ role: 'user', content: 'q' }] as const;
  const text = previewOf({ after: { messages }, facts });
  assert.ok(text.includes(`\n${headLines.join('\n')}\n\nrow 1: converted\n`), text);
  assert.deepEqual(text.split('\n').slice(-4, -1), [
    '  user      q',
    '  not read  context, messages[].thought',
    '  left out  1 blank system message, messages behind the last answer',
  ]);
});

void test('a preview shows reasoning, tools, calls, ids, names and weights of a conversation', () => {
  const call = { id: 'c1', type: 'function', function: { name: 'w', arguments: '{"c":1}' } } as const;
  const text = previewOf({
    after: {
      tools: ['{"name":"w"}'],
      messages: [
        { role: 'user', content: 'q', name: 'alice' },
        { role: 'assistant', content: '', reasoning_content: 'r\n1', tool_calls: [call], weight: 0 },
        { role: 'tool', content: '', tool_call_id: 'c1' },
      ],
    },
  });
  assert.deepEqual(text.split('\n').slice(-7, -1), [
    '  tools                            {"name":"w"}',
    '  user, name alice                 q',
    '  reasoning                        r ⏎ 1',
    '  assistant, context, not trained',
    '  call, id c1                      w({"c":1})',
    '  tool, result of w, id c1',
  ]);
});

void test('a row cannot control the terminal', () => {
  assert.match(previewOf({ before: 'a\u001b[2J\u009b' }), /before {2}a\\u001b\[2J\\u009b/);
});
