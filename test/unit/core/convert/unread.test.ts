import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SourceCounts } from '../../../../core/contracts/conversion.js';
import { addCounts, noCounts } from '../../../../core/convert/findings/counts.js';
import { FactTally } from '../../../../core/convert/findings/fact-tally.js';
import { holdsOf } from '../../../../core/convert/findings/facts.js';
import { keyUses } from '../../../../core/convert/keys/key-uses.js';
import { layoutOf } from '../../../../core/convert/layout.js';
import { convertRow, type ConversionOptions } from '../../../support/convert-row.js';

const messages = [
  { role: 'user', content: 'q' },
  { role: 'assistant', content: 'a', reasoning: 'r' },
];
function unread(columns: object, options: ConversionOptions = {}): readonly string[] | string {
  const result = convertRow('messages', { messages, ...columns }, options);
  return typeof result === 'string' ? result : result.unread;
}

const rows: readonly (readonly [string, object, readonly string[]])[] = [
  [
    'names in any case and with any signs',
    { 'Chain_of-Thought': 'x', 'Custom Instructions': 'y' },
    ['Chain_of-Thought', 'Custom Instructions'],
  ],
  ['no copy of a content or of reasoning', { prompt: 'q', answer: 'a', cot: 'r' }, []],
  ['a text that is nearly a copy', { prompt: 'q ' }, ['prompt']],
  ['nothing that says nothing', { context: ' ', documents: [], images: [{ url: null }], audio: {} }, []],
  ['lists and objects that say something', { documents: [0], final: { a: 'x' } }, ['documents', 'final']],
  [
    'no numbers but weights',
    { query: 5, solution: true, mask: 0.5, label: 0, weight: 1, train: true },
    ['mask', 'label'],
  ],
  ['no other names', { id: 'x', source: 'web', score: 0.5, tool_choice: 'auto', models: ['m'] }, []],
];
for (const [name, columns, expected] of rows)
  void test(`of a row it counts ${name}`, () => assert.deepEqual(unread(columns), expected));

void test('neither what the filter names nor what is ignored is counted', () => {
  const columns = { context: 'c', label: 'x' };
  assert.deepEqual(unread(columns, { filter: { context: 'c' }, ignore: ['label'] }), []);
});

void test('of messages it counts up to the last answer, once a conversation, by the name of the list', () => {
  const row = {
    turns: [
      { role: 'user', content: 'q', text: 'x', weight: 0, refusal: 'n' },
      { role: 'user', content: 'q', text: 'y', train: true },
      { role: 'assistant', content: 'a', tool_call_id: 'c', channel: 'final' },
      { role: 'user', content: 'bye', prefix: true, parts: ['x'] },
    ],
  };
  const result = convertRow('messages', row, { fields: { messages: 'turns' } });
  assert.ok(typeof result !== 'string');
  assert.deepEqual(result.unread, [
    'turns[].text',
    'turns[].refusal',
    'turns[].train',
    'turns[].tool_call_id',
    'turns[].channel',
  ]);
  assert.equal(result.trailing, true);
});

void test('a dialogue counts nothing, and rejected rows are not counted', () => {
  const { row } = keyUses({ layout: layoutOf('prosocial') });
  assert.deepEqual(['context', 'system', 'reasoning'].map(row), ['structure', 'nothing', 'nothing']);
  assert.equal(unread({ context: 'c', tools: 'x' }), 'bad_tools');
});

void test('counts have at most 64 fields, then the sum of the others as …', () => {
  const tally = new FactTally();
  const holds = holdsOf({ messages: [{ role: 'user', content: 'q', name: 'n' }] });
  const names = Array.from({ length: 70 }, (_, index) => `field ${index}`);
  tally.add({ unread: names, blankSystem: 2, trailing: true, holds });
  tally.add({ unread: ['field 1', 'field 69'], blankSystem: 0, trailing: false, holds });
  const counts: SourceCounts = { ...noCounts, ...tally.counts };
  assert.equal(Object.keys(counts.unread).length, 65);
  assert.deepEqual([counts.unread['field 1'], counts.unread['…']], [2, 7]);
  assert.deepEqual(
    [counts.blankSystem, counts.trailing, counts.holds.names, counts.holds.tools],
    [2, 1, 2, 0],
  );
  const both = addCounts(counts, { ...counts, unread: { 'field 2': 3, other: 4 } });
  assert.equal(Object.keys(both.unread).length, 65);
  assert.deepEqual([both.unread['field 2'], both.unread['…'], both.holds.names], [4, 11, 4]);
});

void test('uses of keys: structure, read, weight, counted, nothing', () => {
  const uses = keyUses({ layout: layoutOf('sharegpt', { system: 'persona' }), ignore: ['label'] });
  const columns = ['conversations', 'persona', 'system', 'tools', 'label', 'context', 'id', 'weight'];
  assert.deepEqual(columns.map(uses.row), [
    'structure',
    'read',
    'counted',
    'read',
    'nothing',
    'counted',
    'nothing',
    'counted',
  ]);
  const keys = ['from', 'value', 'content', 'thinking', 'loss', 'label', 'tool_call_id', 'id'];
  assert.deepEqual(keys.map(uses.message), [
    'structure',
    'structure',
    'counted',
    'read',
    'weight',
    'nothing',
    'read',
    'nothing',
  ]);
});
