import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rendererNamed } from '../../../../../core/training/families/index.js';
import { wordsOf, type ChatMessage } from '../../../../../core/training/rendering/chat.js';

const glm = rendererNamed('glm5_3_max_reasoning');

function resultsSorted(
  callIds: readonly (string | undefined)[],
  resultIds: readonly (string | undefined)[],
): unknown {
  const calls = callIds.map((id) => ({
    ...(id === undefined ? {} : { id }),
    type: 'function' as const,
    function: { name: 'f', arguments: '{}' },
  }));
  const messages: ChatMessage[] = [
    { role: 'user', content: 'go', from: 0 },
    { role: 'assistant', content: '', calls, from: 1 },
    ...resultIds.map((callId, index): ChatMessage => ({
      role: 'tool',
      content: '',
      callId,
      from: index + 2,
    })),
    { role: 'user', content: 'on', from: resultIds.length + 2 },
  ];
  assert.ok(glm.prepare);
  return glm.prepare(messages).map(({ role, callId, from }) => (role === 'tool' ? callId : from));
}

void test('results stand in the order of their calls', () => {
  assert.deepEqual(resultsSorted(['a', 'b', 'c'], ['c', 'a', 'b']), [0, 1, 'a', 'b', 'c', 5]);
  assert.deepEqual(resultsSorted(['a', 'b', 'c'], ['c', 'b']), [0, 1, 'b', 'c', 4]);
});

void test('results stay as they are where an id is missing, repeated or that of no call', () => {
  assert.deepEqual(resultsSorted(['a', undefined], [undefined, 'a']), [0, 1, undefined, 'a', 4]);
  assert.deepEqual(resultsSorted(['a', 'a'], ['a', 'a']), [0, 1, 'a', 'a', 4]);
  assert.deepEqual(resultsSorted(['a', 'b'], ['x', 'a']), [0, 1, 'x', 'a', 4]);
  assert.deepEqual(resultsSorted(['a', 'b'], ['b', '']), [0, 1, 'b', '', 4]);
});

void test('deferred tools are left out of the declaration, and so are the flags of the others', () => {
  const tools = [
    '{"name":"now","strict":true,"defer_loading":false}',
    '{"name":"later","defer_loading":true}',
    '{"name":"é","parameters":{"strict":1.0}}',
  ];
  assert.ok(glm.declareTools);
  const [declared, ...others] = glm.declareTools(tools, 'Be kind.');
  const lines = '<tools>\n{"name": "now"}\n{"name": "é", "parameters": {"strict": 1.0}}\n</tools>';
  assert.ok(declared !== undefined && wordsOf(declared.content).includes(lines));
  assert.deepEqual(others, [{ role: 'system', content: 'Be kind.' }]);
});

void test('a role without a form is refused, and so is reasoning outside of a turn', () => {
  const system: ChatMessage = { role: 'system', content: [{ type: 'thinking', thinking: 'hm' }], from: 0 };
  assert.equal(glm.refusal?.([{ role: 'developer', content: 'Obey.', from: 0 }]), 'role');
  assert.equal(glm.refusal?.([system]), 'parts');
  assert.equal(glm.refusal?.([{ ...system, role: 'assistant' }]), undefined);
});
