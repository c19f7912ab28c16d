import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RejectReason } from '../../../../core/contracts/conversion.js';
import { canonicalLine } from '../../../../core/convert/conversation/canonical-line.js';
import { layoutOf } from '../../../../core/convert/layout.js';
import { createRowConverter, type Outcome } from '../../../../core/convert/row-converter.js';
import { defined } from '../../../../core/defined.js';
import type { FilterCondition, SourceFormat } from '../../../../core/recipe.js';

function convert(format: SourceFormat, row: unknown, filter?: Record<string, FilterCondition>): Outcome {
  return createRowConverter({ layout: layoutOf(format), ...defined({ filter }) })(row, () =>
    JSON.stringify(row),
  );
}
const messages = (...pairs: readonly (readonly [unknown, unknown])[]) => ({
  messages: pairs.map(([role, content]) => ({ role, content })),
});

const rejects: readonly (readonly [string, unknown, RejectReason])[] = [
  ['a list is no row', [1], 'no_messages'],
  ['no list', { messages: 'x' }, 'no_messages'],
  ['an empty list', { messages: [] }, 'no_messages'],
  ['a list with something else', { messages: [{ role: 'user', content: 'a' }, null] }, 'no_messages'],
  ['a role outside the table', messages(['narrator', 'x'], ['assistant', 'y']), 'unknown_role'],
  [
    'an unknown role after the last answer',
    messages(['user', 'x'], ['assistant', 'y'], ['narrator', 'z']),
    'unknown_role',
  ],
  ['the role before the content', messages(['narrator', 5], ['assistant', 'y']), 'unknown_role'],
  ['content that is no text', messages(['user', null], ['assistant', 'y']), 'content_not_text'],
  ['content before the missing answer', messages(['user', 5]), 'content_not_text'],
  ['no answer', messages(['user', 'x']), 'no_assistant'],
  ['a blank text', messages(['user', '\u3000\uFEFF\u0085'], ['assistant', 'y']), 'blank_content'],
  ['half a surrogate pair', messages(['user', 'x\ud83d'], ['assistant', 'y']), 'lone_surrogate'],
];
for (const [name, row, reason] of rejects)
  void test(`rejected as ${reason}: ${name}`, () => assert.equal(convert('messages', row), reason));

void test('messages after the last answer are dropped before the others are checked', () => {
  const row = messages(['Human', 'x'], ['GPT', 'y'], ['user', 5]);
  const outcome = convert('messages', row);
  assert.deepEqual(typeof outcome === 'string' ? outcome : outcome.conversation.messages, [
    { role: 'user', content: 'x' },
    { role: 'assistant', content: 'y' },
  ]);
});

void test('a zero-width space and a file separator are not blank', () => {
  assert.notEqual(
    typeof convert('messages', messages(['user', '\u200b'], ['assistant', '\u001c'])),
    'string',
  );
});

void test('an alpaca input joins the instruction only where it is there and not blank', () => {
  const prompt = (input: unknown): unknown => {
    const outcome = convert('alpaca', { instruction: 'do', output: 'done', input });
    return typeof outcome === 'string' ? outcome : outcome.conversation.messages[0]?.content;
  };
  assert.deepEqual([undefined, null, ' \n', 'this', 5].map(prompt), [
    'do',
    'do',
    'do',
    'do\n\nthis',
    'content_not_text',
  ]);
});

void test('a pair with a missing side is content that is not text', () => {
  assert.equal(convert('prompt-response', { prompt: 'x' }), 'content_not_text');
});

void test('a filter comes after the look for an object and before every other reason', () => {
  assert.equal(convert('messages', { messages: [], lang: 'es' }, { lang: 'en' }), 'filtered');
  assert.equal(convert('messages', 7, { lang: 'en' }), 'no_messages');
  assert.equal(convert('messages', { messages: [], lang: 'en' }, { lang: 'en' }), 'no_messages');
});

const filters: readonly (readonly [FilterCondition, unknown, boolean])[] = [
  ['en', 'en', true],
  ['en', undefined, false],
  ['en', null, false],
  [1, '1', false],
  [true, 1, false],
  [['en', 1], 1, true],
  [{ min: 1, max: 2 }, 2, true],
  [{ min: 1 }, 0.5, false],
  [{ min: 1 }, '2', false],
  [{ matches: '^e' }, 'en', true],
  [{ matches: 'n$' }, 'en', true],
  [{ matches: '1' }, 1, false],
];
for (const [condition, value, passes] of filters)
  void test(`the filter ${JSON.stringify(condition)} ${passes ? 'passes' : 'stops'} ${JSON.stringify(value)}`, () => {
    const row = { ...messages(['user', 'x'], ['assistant', 'y']), column: value };
    assert.equal(convert('messages', row, { column: condition }) !== 'filtered', passes);
  });

void test('flagged: false in lmsys means that no turn is flagged, and nothing passes without moderation', () => {
  const row = (moderation: unknown) => ({
    conversation: messages(['user', 'x'], ['assistant', 'y']).messages,
    openai_moderation: moderation,
  });
  const passes = (moderation: unknown): boolean =>
    convert('lmsys', row(moderation), { flagged: false }) !== 'filtered';
  assert.deepEqual(
    [[{ flagged: false }], [{ flagged: false }, { flagged: true }], [], null, undefined].map(passes),
    [true, false, true, false, false],
  );
});

void test('the canonical line has role before content, and only what JSON must escape', () => {
  const line = canonicalLine({ messages: [{ content: 'a"\\\n\u0001\u2028/é😀', role: 'user' }] });
  assert.equal(line, '{"messages":[{"role":"user","content":"a\\"\\\\\\n\\u0001\u2028/é😀"}]}');
});
