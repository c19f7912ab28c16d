import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { rendererNamed } from '../../../../../core/training/families/index.js';
import type { ChatMessage } from '../../../../../core/training/rendering/chat.js';

const path = new URL('../../../../../../test/golden/rust-json/efforts.json', import.meta.url);
const efforts = JSON.parse(readFileSync(path, 'utf8')) as string[];

const user: ChatMessage = { role: 'user', content: 'Hi', from: 0 };

function prepared(messages: readonly ChatMessage[], effort?: number): readonly ChatMessage[] {
  const { prepare } = rendererNamed('tml_v0', { effort });
  assert.ok(prepare);
  return prepare(messages);
}

void test('an effort is written as tml-renderers rounds it, for each of the thousand that it tells apart', () => {
  assert.equal(efforts.length, 1000);
  for (const [thousandths, text] of efforts.entries())
    assert.equal(prepared([user], thousandths / 1000)[0]?.content, `Thinking effort level: ${text}`);
});

void test('without a setting the effort is 0.9, and it stands behind the system messages and tools', () => {
  const system: ChatMessage = { role: 'system', content: 'S', from: 0 };
  const tools: ChatMessage = { role: 'tool_declare', content: '[]', from: 'tools' };
  const roles = prepared([system, tools, { ...user, from: 1 }]);
  assert.deepEqual(
    roles.map(({ content }) => content),
    ['S', '[]', 'Thinking effort level: 0.9', 'Hi'],
  );
});

void test('an effort outside [0, 1) is an error that names the range', () => {
  for (const effort of [1, -0.1, Number.NaN])
    assert.throws(() => rendererNamed('tml_v0', { effort }), /must be in \[0, 1\), and it is/);
});

void test('an answer is the texts of the turn, without its reasoning and its calls', () => {
  const { answer } = rendererNamed('tml_v0');
  assert.ok(answer);
  const thought = '<|message_model|><|content_thinking|>Hm.<|end_message|>';
  const said = (text: string): string => `<|message_model|><|content_text|>${text}<|end_message|>`;
  const call = '<|message_model|>now<|content_invoke_tool_json|>{"name":"now","args":{}}<|end_message|>';
  assert.equal(answer(`${thought}${said('One, ')}${said('two.\nThree.')}${call}`), 'One, two.\nThree.');
  assert.equal(answer(`${thought}<|message_model|><|content_text|>Cut o`), 'Cut o');
  assert.equal(answer(call), call);
});
