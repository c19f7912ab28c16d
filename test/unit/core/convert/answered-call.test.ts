import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answeredCall } from '../../../../core/convert/conversation/answered-call.js';
import type { Message } from '../../../../core/convert/conversation/conversation.js';

function calling(...names: readonly string[]): Message {
  const calls = names.map(
    (name) =>
      ({ id: `id ${name.charAt(0)}`, type: 'function', function: { name, arguments: '{}' } }) as const,
  );
  return { role: 'assistant', content: '', tool_calls: calls };
}

function result(id?: string): Message {
  return { role: 'tool', content: 'r', ...(id === undefined ? {} : { tool_call_id: id }) };
}

void test('a result answers the last call before it that has its id', () => {
  const messages = [calling('a1', 'b1'), result('id b'), calling('a2'), result('id a'), calling('a3')];
  assert.equal(answeredCall(messages, 1)?.function.name, 'b1');
  assert.equal(answeredCall(messages, 3)?.function.name, 'a2');
});

void test('a result without an id, or with one that no call before it has, answers none', () => {
  const messages = [calling('a1'), result(), result('id c'), calling('c1')];
  assert.equal(answeredCall(messages, 1), undefined);
  assert.equal(answeredCall(messages, 2), undefined);
});
