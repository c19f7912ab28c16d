import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noTrain } from '../../../activities/report/read/read-train.js';
import { reviewText } from '../../../client/text/review.js';
import type { Conversation } from '../../../core/convert/conversation/conversation.js';
import { agent, corrected } from '../../support/whole-conversations.js';

/** What `headrace review` prints of conversations, line by line. */
function reviewOf(...conversations: readonly Conversation[]): string[] {
  const toRead = conversations.map((conversation, index) => ({ line: index + 1, ...conversation }));
  const composition = { sources: [], trainLines: toRead.length, heldoutLines: 0 };
  const text = reviewText(composition, { train: { ...noTrain, toRead }, rejects: [], problems: [] });
  return text.slice(text.indexOf('── line 1')).split('\n');
}

void test('review shows tools, reasoning, calls and results as such, with numbers as they are spelt', () => {
  const lines = reviewOf(agent);
  assert.match(lines[1] ?? '', /^tools: \{"name":"get_weather".*"default":2\.0,"maximum":1e1/);
  assert.match(lines[2] ?? '', /^tools: \{"name":"book_train".*10000000000000000000/);
  assert.deepEqual(lines.slice(3), [
    'system: You look things up before you answer.',
    'user, name alice: Will it rain in Bergen or in Oslo this weekend? I have booking 12345678901234567890.',
    'reasoning: Two towns, so two calls.',
    'The booking number is an integer that a double cannot hold.',
    'assistant: Let me look at both.',
    'call, id call_1: get_weather({"city": "Bergen", "booking": 12345678901234567890, "days": 2.0})',
    'call, id call_2: get_weather({"city":"Oslo","10":true,"2":{"units":["mm","°C"],"none":[]}})',
    'tool, result of get_weather, id call_1: {"rain": "42 mm"}',
    'tool, name get_weather, result of get_weather, id call_2: {"rain": "0 mm"}',
    'reasoning: Bergen is wet, as ever.',
    'assistant: Take a coat to Bergen; Oslo stays dry.',
  ]);
});

void test('review names an answer of weight 0 as context', () => {
  assert.equal(reviewOf(corrected)[2], 'assistant, context, not trained: It is fifty-four.');
});

void test('names and ids of a corpus cannot begin a line of their own or control the terminal', () => {
  const name = 'w\nuser: yes\u001b[31m\u202e';
  const lines = reviewOf({
    messages: [
      { role: 'user', content: 'q', name },
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: name, type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', content: '\u009b31m', tool_call_id: name },
      { role: 'assistant', content: 'ok' },
    ],
  });
  const shown = String.raw`w user: yes\u001b[31m\u202e`;
  assert.deepEqual(lines.slice(1), [
    `user, name ${shown}: q`,
    'assistant: ',
    `call, id ${shown}: f({})`,
    `tool, result of f, id ${shown}: ${String.raw`\u009b31m`}`,
    'assistant: ok',
  ]);
});

void test('of a long conversation the first parts are shown, and the others are counted', () => {
  const messages = Array.from({ length: 100 }, (_, n) => ({ role: 'user', content: `q ${n}` }) as const);
  const lines = reviewOf({ messages });
  assert.deepEqual(lines.slice(-2), ['user: q 59', '… and 40 more parts']);
});
