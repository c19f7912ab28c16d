import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertedRow, convertRow, type ConversionOptions } from '../../../support/convert-row.js';

const question = { role: 'user', content: 'q' };

/** The last message of a conversation in which the assistant's message has these members. */
function answer(members: object, options: ConversionOptions = {}): unknown {
  const row = { messages: [question, { role: 'assistant', content: 'a', ...members }] };
  return lastOf(convertedRow('messages', row, options));
}
function lastOf(line: unknown): unknown {
  return typeof line === 'string' ? line : (line as { messages: unknown[] }).messages.at(-1);
}
/** All messages behind the question. */
function after(...messages: readonly object[]): unknown {
  const line = convertedRow('messages', { messages: [question, ...messages] });
  return typeof line === 'string' ? line : (line as { messages: unknown[] }).messages.slice(1);
}
const call = (name: string, text = '{}') => ({ type: 'function', function: { name, arguments: text } });
const said = (members: object = {}) => ({ role: 'assistant', content: 'a', ...members });

const answers: readonly (readonly [string, object, unknown])[] = [
  ['reasoning as given', { reasoning: ' r\n' }, said({ reasoning_content: ' r\n' })],
  [
    'equal reasonings once, the first spelling',
    { reasoning_content: 'r ', thinking: '\nr' },
    said({ reasoning_content: 'r ' }),
  ],
  [
    'reasoning of text parts',
    { reasoning: [{ type: 'text', text: 'r' }, 's'] },
    said({ reasoning_content: 'rs' }),
  ],
  ['no reasoning of a switch', { reasoning: true, thinking: 5 }, said()],
  ['no reasoning that is an object', { reasoning: { text: 'r' } }, 'bad_reasoning'],
  [
    'no think block that is never closed beside reasoning',
    { content: '<think>r', reasoning: 'r' },
    'bad_reasoning',
  ],
  ['weight 0 by any of its names', { loss_mask: 0 }, said({ weight: 0 })],
  ['weight 0 of false', { trainable: false, weight: null }, said({ weight: 0 })],
  ['no weight 1', { weight: 1, train: true }, said()],
  ['no weight as text', { weight: '0' }, 'bad_weight'],
  ['its name', { name: 'bo' }, said({ name: 'bo' })],
  ['no blank name, and no number', { name: ' ' }, said()],
  [
    'flat calls, parameters for arguments',
    { tool_calls: [{ name: 'w', parameters: { a: 1 } }] },
    said({ tool_calls: [call('w', '{"a":1}')] }),
  ],
  [
    'calls as JSON in texts',
    { tool_calls: ['{"function":"{\\"name\\":\\"w\\"}"}'] },
    said({ tool_calls: [call('w')] }),
  ],
  [
    'the id of a call where it is text',
    {
      tool_calls: [
        { id: 'c1', ...call('w') },
        { id: 7, ...call('v') },
      ],
    },
    said({ tool_calls: [{ id: 'c1', ...call('w') }, call('v')] }),
  ],
  [
    'tool_calls before function_call',
    { tool_calls: [call('w')], function_call: { name: 'v' } },
    said({ tool_calls: [call('w')] }),
  ],
  ['no calls of "[]"', { tool_calls: '[]' }, said()],
  ['no single object as tool_calls', { tool_calls: call('w') }, 'bad_tool_call'],
  ['no call that is null', { tool_calls: [null, call('w')] }, 'bad_tool_call'],
  ['no call of another type', { tool_calls: [{ type: 'custom', name: 'w' }] }, 'bad_tool_call'],
  ['no blank answer beside reasoning', { content: ' ', reasoning: 'r' }, 'blank_content'],
];
for (const [name, members, expected] of answers)
  void test(`an assistant's message has ${name}`, () => assert.deepEqual(answer(members), expected));

void test('`fields` names one key in place of all aliases, and what they hold is counted', () => {
  const members = { thought: 'r', reasoning: 'other', keep: false, weight: 1 };
  const options = { fields: { reasoning: 'thought', weight: 'keep' } };
  assert.deepEqual(answer(members, options), said({ reasoning_content: 'r', weight: 0 }));
  const result = convertRow('messages', { messages: [question, said(members)] }, options);
  assert.deepEqual(typeof result === 'string' ? result : result.unread, [
    'messages[].reasoning',
    'messages[].weight',
  ]);
});

void test('what `ignore` names is not there: neither read, nor counted, nor a reason to reject', () => {
  const members = { weight: 0.5, thinking: { x: 1 }, tool_calls: 'w', label: 'x' };
  assert.equal(answer(members), 'bad_reasoning');
  const options = { ignore: ['weight', 'thinking', 'tool_calls', 'label'] };
  const result = convertRow('messages', { messages: [question, said(members)] }, options);
  assert.deepEqual(typeof result === 'string' ? result : result.unread, []);
});

void test('`reasoning: inline` puts a think block before the content, without outer newlines', () => {
  const inline = { reasoning: 'inline' } as const;
  assert.deepEqual(
    answer({ reasoning: '\n\n r\n\ns\n' }, inline),
    said({ content: '<think>\n r\n\ns\n</think>\n\na' }),
  );
  assert.deepEqual(answer({ content: '', reasoning: 'r', tool_calls: [call('w')] }, inline), {
    role: 'assistant',
    content: '<think>\nr\n</think>\n\n',
    tool_calls: [call('w')],
  });
  const result = convertRow('messages', { messages: [question, said({ reasoning: 'r' })] }, inline);
  assert.equal(typeof result === 'string' ? result : result.holds.reasoning, false);
});

const json = (name: string): string => JSON.stringify({ name, arguments: {} });
void test('messages of calls join the message before them if it has the same weight', () => {
  const calls = { role: 'tool_call', content: json('v') };
  const ok = said();
  assert.deepEqual(after(said(), calls, calls, ok), [said({ tool_calls: [call('v'), call('v')] }), ok]);
  assert.deepEqual(after(said({ weight: 0 }), calls), [
    said({ weight: 0 }),
    { role: 'assistant', content: '', tool_calls: [call('v')] },
  ]);
  assert.deepEqual(after({ role: 'function_call', content: `[${json('v')},${json('w')}]`, weight: 0 }), [
    { role: 'assistant', content: '', tool_calls: [call('v'), call('w')], weight: 0 },
  ]);
  assert.deepEqual(after(said({ content: '' }), calls), [
    { role: 'assistant', content: '', tool_calls: [call('v')] },
  ]);
  for (const content of ['', '[]', 'w()', '5'])
    assert.equal(after({ role: 'tool_call', content }), 'bad_tool_call');
});

void test('roles are compared in lower case, with - and space as _, and the recipe adds to them', () => {
  const roles = ['Tool-Response', 'function result', 'OBSERVATION', 'ipython', 'tool_output', 'note'];
  const messages = [question, ...roles.map((role) => ({ role, content: 'r' })), said()];
  const line = convertedRow('messages', { messages }, { roles: { Note: 'tool' } });
  assert.deepEqual(line, {
    messages: [question, ...roles.map(() => ({ role: 'tool', content: 'r' })), said()],
  });
  assert.deepEqual(
    convertedRow(
      'messages',
      { messages: [question, { role: 'act', content: json('v') }] },
      { roles: { act: 'tool_call' } },
    ),
    { messages: [question, { role: 'assistant', content: '', tool_calls: [call('v')] }] },
  );
});

void test('a tool message may be blank or null, and has the id of its call', () => {
  const result = { role: 'tool', content: '', tool_call_id: 'c1' };
  assert.deepEqual(after({ ...result, content: null }, said()), [result, said()]);
  assert.equal(after({ role: 'tool', content: { a: 1 } }, said()), 'content_not_text');
});
