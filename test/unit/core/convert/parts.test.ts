import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertedRow, convertRow } from '../../../support/convert-row.js';

const text = (words: string, more: object = {}) => ({ type: 'text', text: words, ...more });
const use = { type: 'tool_use', id: 't1', name: 'w', input: { a: 1 } };
const thinking = { type: 'thinking', thinking: 'r' };

/** The messages of a conversation of two messages with these contents, or why there is none. */
function messages(asked: unknown, answered: unknown): unknown {
  const row = {
    messages: [
      { role: 'user', content: asked },
      { role: 'assistant', content: answered },
    ],
  };
  const line = convertedRow('messages', row);
  return typeof line === 'string' ? line : (line as { messages: unknown[] }).messages;
}
const user = (content: string) => ({ role: 'user', content });
const said = (content: string, more: object = {}) => ({ role: 'assistant', content, ...more });
const call = { id: 't1', type: 'function', function: { name: 'w', arguments: '{"a":1}' } };

const answers: readonly (readonly [string, unknown, unknown])[] = [
  [
    'texts of all kinds are joined',
    ['a', text(' b'), { type: 'output_text', text: 'c' }, { type: null, text: '' }, { text: 'd' }],
    said('a bcd'),
  ],
  [
    'thinking, words and calls are told apart',
    [thinking, text('a'), use],
    said('a', { reasoning_content: 'r', tool_calls: [call] }),
  ],
  [
    'thinking parts are joined',
    [thinking, { type: 'reasoning', text: 's' }, text('a')],
    said('a', { reasoning_content: 'rs' }),
  ],
  [
    'blank texts may stand anywhere',
    [text(' '), thinking, use, text('\n')],
    said(' \n', { reasoning_content: 'r', tool_calls: [call] }),
  ],
  ['a call alone needs no words', [use], said('', { tool_calls: [call] })],
  ['weight 1 of a part says nothing', [text('a', { train: true, weight: null })], said('a')],
  ['thinking behind words', [text('a'), thinking], 'part_order'],
  ['thinking behind a call', [use, thinking], 'part_order'],
  ['words behind a call', [use, text('a')], 'part_order'],
  ['thinking without text', [{ type: 'thinking', thinking: null }, text('a')], 'bad_reasoning'],
  ['a weight on a part', [text('a', { weight: 0 })], 'bad_weight'],
  ['a text that is no text', [{ type: 'text', text: 5 }], 'content_not_text'],
  ['no part', [], 'blank_content'],
  ['null as a part', [text('a'), null], 'unknown_part'],
  ['a result', [{ type: 'tool_result', content: 'x' }], 'unknown_part'],
  ['a document', [text('a'), { type: 'document' }], 'not_only_text'],
];
for (const [name, content, expected] of answers)
  void test(`of an answer in parts: ${name}`, () => {
    const found = messages('q', content);
    assert.deepEqual(found, typeof expected === 'string' ? expected : [user('q'), expected]);
  });

void test('results are messages of their own where they stand, and blank words beside them fall away', () => {
  const result = (content: unknown, id?: string) => ({ type: 'tool_result', tool_use_id: id, content });
  const asked = [text('before'), result([text('x'), 'y'], 't1'), text(' \n'), result(null), text('after')];
  assert.deepEqual(messages(asked, 'a'), [
    user('before'),
    { role: 'tool', content: 'xy', tool_call_id: 't1' },
    { role: 'tool', content: '' },
    user('after'),
    said('a'),
  ]);
  assert.equal(messages([result({ x: 1 })], 'a'), 'content_not_text');
  assert.equal(messages([result([{ type: 'image' }])], 'a'), 'not_only_text');
});

void test('the name of a message of results alone belongs to no words, and is counted', () => {
  const row = {
    messages: [
      { role: 'user', name: 'n', content: [{ type: 'tool_result', content: 'r' }] },
      { role: 'assistant', content: 'a' },
    ],
  };
  const found = convertRow('messages', row);
  assert.deepEqual(typeof found === 'string' ? found : found.unread, ['messages[].name']);
});

void test('images, audio, videos and files are not text, in any role', () => {
  for (const type of [
    'image',
    'input_image',
    'image_url',
    'audio',
    'input_audio',
    'video_url',
    'file',
    'input_file',
    'document',
  ])
    assert.equal(messages([{ type }], 'a'), 'not_only_text', type);
  for (const type of ['thinking', 'tool_use', 'refusal', 'redacted_thinking'])
    assert.equal(messages([{ type }], 'a'), 'unknown_part', type);
});
