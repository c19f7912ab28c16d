import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noCounts } from '../../../../core/convert/findings/counts.js';
import type { SourceFindings } from '../../../../core/convert/findings/source-findings.js';
import { findingNotes } from '../../../../core/convert/findings/unread-notes.js';
import { contextNotes, sourceFindings } from '../../../support/findings.js';

const notes = (change: Partial<SourceFindings>, where?: string): readonly string[] =>
  findingNotes(sourceFindings(change), where);
/** The sentence on what to do. */
const remedy = (change: Partial<SourceFindings>): string | undefined => notes(change).at(-1)?.trim();

void test('a source that is read whole has no notes', () => {
  assert.deepEqual(notes({}), []);
});

void test('a column that was not read has its count and the lines of the recipe that read or ignore it', () => {
  assert.deepEqual(notes({ unread: { context: 4467 } }), contextNotes);
});

void test('names are listed by their counts, aligned, and a long list is clipped with a count', () => {
  const unread = Object.fromEntries(
    Array.from({ length: 14 }, (_, at) => [`${'_'.repeat(at)}solution`, 10 ** (at % 4)]),
  );
  const lines = notes({ unread });
  assert.equal(lines[1], '  ___solution             in 1,000 of 15,011 conversations');
  assert.equal(lines[12], '  ____solution            in     1 of 15,011 conversations');
  assert.equal(lines[13], '  … and 2 more names');
  assert.equal(lines.length, 15);
});

void test('names beyond those that are counted by name are one more name', () => {
  assert.equal(notes({ unread: { solution: 3, '…': 2 } })[2], '  … and 1 more name');
});

void test('what was left out and what the conversations hold are a line each, in the number of the count', () => {
  const holds = { reasoning: 204, tools: 102, toolCalls: 360, weight: 146, names: 70 };
  assert.deepEqual(notes({ name: 'agents', blankSystem: 129, trailing: 204, holds }), [
    'agents: 129 blank system messages left out; 204 conversations had messages behind the last answer, which are left out',
    'agents: reasoning in 204, tools in 102, calls in 360, weight 0 in 146, names in 70 conversations',
  ]);
  assert.deepEqual(notes({ blankSystem: 1 }), ['dolly: 1 blank system message left out']);
  assert.deepEqual(notes({ trailing: 1, holds: { ...noCounts.holds, weight: 1 } }), [
    'dolly: 1 conversation had messages behind the last answer, which are left out',
    'dolly: weight 0 in 1 conversation',
  ]);
});

void test('notes on the first rows name the rows', () => {
  const lines = notes({ converted: 64, unread: { label: 60 }, blankSystem: 2 }, 'in the first 64 rows');
  assert.equal(
    lines[0],
    'dolly: in the first 64 rows: not read, though named like part of the conversation:',
  );
  assert.equal(lines[1], '  label   in 60 of 64 conversations');
  assert.equal(lines.at(-1), 'dolly: in the first 64 rows: 2 blank system messages left out');
});

void test('the remedy keeps the columns that are named already, and what is ignored', () => {
  const columns = { prompt: 'question', response: 'response', system: 'persona' };
  assert.equal(
    remedy({ columns, ignore: ['source'], unread: { Complex_CoT: 9, solution: 3 } }),
    'Read `Complex_CoT` with `fields` (`format: prompt-response`, `fields: { prompt: question, system: persona, reasoning: Complex_CoT }`), ' +
      'or leave out what is not part of it with `ignore: [source, Complex_CoT, solution]`.',
  );
});

void test('a key of messages is named without its list where it is read or ignored', () => {
  const columns = { messages: 'messages', role: 'role', content: 'content' };
  assert.equal(
    remedy({ format: 'messages', columns, unread: { 'messages[].thought': 4 } }),
    'Read it with `fields` (`format: messages`, `fields: { reasoning: thought }`), or leave it out with `ignore: [thought]`.',
  );
});

void test('a name that no field of the format reads has `ignore` alone', () => {
  const columns = { conversations: 'conversations', from: 'from', value: 'value' };
  const sharegpt = { format: 'sharegpt', columns } as const;
  const alone = '`format: sharegpt` has no field for it. If that is right, write `ignore: [NAME]`.';
  // A system column beside a system message of the list; reasoning belongs to messages, not to rows.
  for (const name of ['system', 'reasoning', 'images'])
    assert.equal(remedy({ ...sharegpt, unread: { [name]: 1 } }), alone.replace('NAME', name));
  assert.equal(
    remedy({ ...sharegpt, unread: { chosen: 2, rejected: 2 } }),
    '`format: sharegpt` has no field for them. If that is right, write `ignore: [chosen, rejected]`.',
  );
});

void test('of two names for one field the more frequent is read', () => {
  const columns = { prompt: 'prompt', response: 'response' };
  assert.match(
    remedy({ columns, unread: { cot: 3, thinking: 8 } }) ?? '',
    /^Read `thinking` with .*`fields: \{ reasoning: thinking \}`.*`ignore: \[thinking, cot\]`\.$/,
  );
});

void test('a name that YAML would read as something else is in quotes, and one that controls a terminal is escaped', () => {
  const lines = notes({ unread: { 'chain of thought: x': 2, 'label\u001b[2J\u009b\u202e': 1 } });
  assert.match(lines[1] ?? '', /^ {2}chain of thought: x {2,}in 2 of/);
  assert.match(lines[2] ?? '', /^ {2}"label\\u001b\[2J\\u009b\\u202e" {3}in 1 of/);
  assert.match(lines[3] ?? '', /ignore: \["chain of thought: x", "label\\u001b\[2J\\u009b\\u202e"\]/);
});
