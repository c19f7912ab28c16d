import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadraceError } from '../../../../core/errors.js';
import { convertedRow, convertRow } from '../../../support/convert-row.js';

const user = (content: string) => ({ role: 'user', content });
const said = (content: string, more: object = {}) => ({ role: 'assistant', content, ...more });
const system = (content: string) => ({ role: 'system', content });
const pair = { prompt: 'q', response: 'a' };
const call = { type: 'function', function: { name: 'w', arguments: '{}' } };

const columns: readonly (readonly [string, object, unknown])[] = [
  [
    'the first system column that says something',
    { ...pair, system: ' ', system_prompt: 'S' },
    [system('S'), user('q'), said('a')],
  ],
  ['no system of a number', { ...pair, system: 3 }, [user('q'), said('a')]],
  ['no system that is a list', { ...pair, system: ['S'] }, 'content_not_text'],
  [
    'a history, also as JSON in a text',
    { ...pair, history: '[["q1","a1"],["q2","a2"]]' },
    [user('q1'), said('a1'), user('q2'), said('a2'), user('q'), said('a')],
  ],
  ['no history of triples', { ...pair, history: [['q', 'a', 'b']] }, 'bad_history'],
  ['no history with a blank question', { ...pair, history: [[' ', 'a1']] }, 'blank_content'],
  ['no history with an object', { ...pair, history: [[{ a: 1 }, 'a1']] }, 'content_not_text'],
  [
    'the reasoning of the answer',
    { ...pair, reasoning_content: 'r' },
    [user('q'), said('a', { reasoning_content: 'r' })],
  ],
  [
    'the calls of the answer, which may be missing',
    { prompt: 'q', tool_calls: [call] },
    [user('q'), said('', { tool_calls: [call] })],
  ],
  ['no missing answer without calls', { prompt: 'q', tool_calls: [] }, 'content_not_text'],
  ['no empty list as a prompt', { prompt: [], response: 'a' }, 'no_messages'],
  ['no empty list as a response', { prompt: 'q', response: [], tool_calls: [call] }, 'no_messages'],
  [
    'answers within a prompt that say 1',
    { prompt: [user('q'), said('a', { weight: 1 }), user('q2')], response: 'b' },
    [user('q'), said('a'), user('q2'), said('b')],
  ],
  [
    'calls within a prompt, as context',
    { prompt: [user('q'), { role: 'tool_call', content: '{"name":"w"}' }, user('q2')], response: 'b' },
    [user('q'), said('', { tool_calls: [call], weight: 0 }), user('q2'), said('b')],
  ],
];
for (const [name, row, expected] of columns)
  void test(`a prompt and response have ${name}`, () => {
    const line = convertedRow('prompt-response', row);
    assert.deepEqual(line, typeof expected === 'string' ? expected : { messages: expected });
  });

void test('columns of calls and reasoning belong to an answer that is a text; beside a list they are counted', () => {
  const row = { prompt: 'q', response: [said('a')], reasoning_content: 'r', tool_calls: [call] };
  const result = convertRow('prompt-response', row);
  assert.deepEqual(typeof result === 'string' ? result : result.unread, ['reasoning_content', 'tool_calls']);
});

void test('an alpaca input that says nothing is left out, whatever its type, and can be ignored', () => {
  const row = (input: unknown) => ({ instruction: 'do', input, output: 'done' });
  for (const input of [[], {}, null, '\u3000'])
    assert.deepEqual(convertedRow('alpaca', row(input)), { messages: [user('do'), said('done')] });
  assert.deepEqual(convertedRow('alpaca', row('this'), { ignore: ['input'] }), {
    messages: [user('do'), said('done')],
  });
});

void test('tools come from `tools`, else from `functions`, which is then counted', () => {
  const messages = [user('q'), said('a')];
  const row = { messages, tools: [{ name: 'w' }], functions: [{ name: 'v' }] };
  const result = convertRow('messages', row);
  assert.deepEqual(typeof result === 'string' ? result : result.unread, ['functions']);
  assert.deepEqual(convertedRow('messages', { ...row, tools: '[]' }), {
    messages,
    tools: [{ type: 'function', function: { name: 'v' } }],
  });
  for (const tools of [
    { name: 'w' },
    ['w'],
    [null, { name: 'w' }],
    [{ type: 'web', function: { name: 'w' } }],
    [{ name: ' ', x: 1 }],
    '"[]"',
  ])
    assert.equal(convertedRow('messages', { messages, tools }), 'bad_tools', JSON.stringify(tools));
});

void test('`ignore` is an error of the recipe for what the format needs and for what `fields` reads', () => {
  const ignoring =
    (ignore: string, fields: Record<string, string> = {}) =>
    () =>
      convertRow('messages', { messages: [] }, { ignore: [ignore], fields });
  for (const name of ['messages', 'role', 'content'])
    assert.throws(
      ignoring(name),
      (error: unknown) => error instanceof HeadraceError && error.type === 'RecipeError',
    );
  assert.throws(
    ignoring('thought', { reasoning: 'thought' }),
    /`thought` cannot be ignored, because `fields` reads it/,
  );
});

void test('`fields` has the optional names with every format but prosocial', () => {
  const row = {
    conversations: [
      { from: 'human', value: 'q' },
      { from: 'gpt', value: 'a' },
    ],
    persona: 'S',
  };
  assert.deepEqual(convertedRow('sharegpt', row, { fields: { system: 'persona' } }), {
    messages: [system('S'), user('q'), said('a')],
  });
  assert.throws(
    () => convertRow('prosocial', {}, { fields: { system: 'persona' } }),
    /has no column `system`/,
  );
});
