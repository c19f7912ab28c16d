import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TextEncoder } from '../../../../activities/tokenise/tokenizer/text-encoder.js';
import type { Conversation, Message, ToolCall } from '../../../../core/convert/conversation/conversation.js';
import type { RendererName, TrainOn } from '../../../../core/recipe.js';
import { rendererNamed } from '../../../../core/training/families/index.js';
import { chatMessages } from '../../../../core/training/rendering/chat.js';
import { tokeniseConversation, type TokenisedConversation } from '../../../../core/training/tokens.js';
import { goldenEncoder } from '../../../support/golden-tokenizers.js';
import { marked } from '../../../support/marked-tokens.js';

const encoders = new Map<string, TextEncoder>();
for (const name of ['role_colon', 'llama3', 'qwen3', 'qwen3_disable_thinking', 'qwen3_instruct'] as const)
  encoders.set(name, await goldenEncoder(rendererNamed(name), name === 'llama3' ? 'llama3' : 'qwen3'));
const encoderOf = (name: RendererName): TextEncoder => encoders.get(name) ?? assert.fail(name);

const system = (content: string): Message => ({ role: 'system', content });
const user = (content: string): Message => ({ role: 'user', content });
const tool = (content: string): Message => ({ role: 'tool', content });
const assistant = (content: string, more: Partial<Message> = {}): Message => ({
  role: 'assistant',
  content,
  ...more,
});
const call = (name: string, text = '{}'): ToolCall => ({
  type: 'function',
  function: { name, arguments: text },
});
const bad = assistant('bad', { weight: 0 });

const tokenised = (
  renderer: RendererName,
  conversation: Conversation | readonly Message[],
  trainOn: TrainOn = 'all_assistant_messages',
): TokenisedConversation => {
  const whole = 'messages' in conversation ? conversation : { messages: conversation };
  return tokeniseConversation(rendererNamed(renderer), whole, trainOn, encoderOf(renderer));
};

const shown = (...given: Parameters<typeof tokenised>): string =>
  marked(tokenised(...given), encoderOf(given[0]));

const turn = (role: string, text: string): string => `<|im_start|>${role}\n${text}`;
const qwen = (...turns: readonly string[]): string => turns.join('\n');
const end = '<|im_end|>';

void test("qwen3 trains the last message's reasoning in a think block, from its own member or from the words", () => {
  const expected = qwen(
    turn('user', `2+2?${end}`),
    turn('assistant', `[[<think>\ntwo and two\n</think>\n\n4${end}]]`),
  );
  const own = [user('2+2?'), assistant('4', { reasoning_content: 'two and two' })];
  const inline = [user('2+2?'), assistant('<think>\ntwo and two\n</think>\n\n4')];
  assert.equal(shown('qwen3', own), expected);
  assert.deepEqual(tokenised('qwen3', own).tokens, tokenised('qwen3', inline).tokens);
  assert.deepEqual(tokenised('qwen3', own).mask, tokenised('qwen3', inline).mask);
});

void test('an earlier turn whose reasoning is left out is context, and is named', () => {
  const messages = [
    user('a'),
    assistant('b', { reasoning_content: 'r1' }),
    user('c'),
    assistant('d', { reasoning_content: 'r2' }),
  ];
  assert.equal(
    shown('qwen3', messages),
    qwen(
      turn('user', `a${end}`),
      turn('assistant', `b${end}`),
      turn('user', `c${end}`),
      turn('assistant', `[[<think>\nr2\n</think>\n\nd${end}]]`),
    ),
  );
  assert.deepEqual(tokenised('qwen3', messages).reasoningLeftOut, [1]);
});

void test('a message of weight 0 is context with every renderer, and so is the stop text behind it', () => {
  const messages = [user('q'), bad, user('again'), assistant('good')];
  assert.equal(
    shown('qwen3', messages),
    qwen(
      turn('user', `q${end}`),
      turn('assistant', `bad${end}`),
      turn('user', `again${end}`),
      turn('assistant', `[[<think>\n\n</think>\n\ngood${end}]]`),
    ),
  );
  assert.match(
    shown('llama3', messages),
    /\n\nbad<\|eot_id\|><\|start_header_id\|>user.*again.*\n\n\[\[good<\|eot_id\|>\]\]$/s,
  );
  assert.equal(
    shown('role_colon', [user('q'), assistant('good'), user('again'), bad]),
    'User: q\n\nAssistant:[[ good\n\n]]User: again\n\nAssistant: bad\n\nUser:',
  );
});

void test('weight 0 holds in every mode, and a row of nothing else is not trained', () => {
  const messages = [system('S'), user('q'), assistant('x', { weight: 0 }), user('q2'), assistant('y')];
  assert.equal(
    shown('qwen3', messages, 'all_messages'),
    qwen(
      turn('system', `[[S${end}]]`),
      turn('user', `[[q${end}]]`),
      turn('assistant', `x${end}`),
      turn('user', `[[q2${end}]]`),
      turn('assistant', `[[<think>\n\n</think>\n\ny${end}]]`),
    ),
  );
  const { mask, refusal } = tokenised('qwen3', [user('q'), bad], 'last_assistant_message');
  assert.deepEqual([mask.includes(1), refusal], [false, undefined]);
});

void test('tools stand behind the system words; calls and results are written in JSON as Python spells it', () => {
  const messages = [
    system('S'),
    user('q'),
    assistant('', { tool_calls: [call('w', '{"c":"é","n":1.0}')] }),
    tool('sunny'),
    assistant('ok'),
  ];
  const text = shown('qwen3_instruct', { messages, tools: ['{"name":"w","max":40.0}'] });
  assert.match(
    text,
    /^<\|im_start\|>system\nS\n\n# Tools\n.*<tools>\n\{"type": "function", "function": \{"name": "w", "max": 40\.0\}\}\n<\/tools>/s,
  );
  assert.ok(
    text.endsWith(
      qwen(
        turn('user', `q${end}`),
        turn(
          'assistant',
          `[[<tool_call>\n{"name": "w", "arguments": {"c": "\\u00e9", "n": 1.0}}\n</tool_call>${end}]]`,
        ),
        turn('user', `<tool_response>\nsunny\n</tool_response>${end}`),
        turn('assistant', `[[ok${end}]]`),
      ),
    ),
    text,
  );
});

void test('words and several calls are one message; each result is a block of its own', () => {
  const messages = [
    user('q'),
    assistant('Let me look.', { tool_calls: [call('w'), call('v')] }),
    tool('1'),
    tool('2'),
    assistant('ok'),
  ];
  const block = (name: string): string => `<tool_call>\n{"name": "${name}", "arguments": {}}\n</tool_call>`;
  const response = (text: string): string => turn('user', `<tool_response>\n${text}\n</tool_response>${end}`);
  assert.equal(
    shown('qwen3', messages),
    qwen(
      turn('user', `q${end}`),
      turn('assistant', `[[Let me look.\n${block('w')}\n${block('v')}${end}]]`),
      response('1'),
      response('2'),
      turn('assistant', `[[<think>\n\n</think>\n\nok${end}]]`),
    ),
  );
  const chat = chatMessages({ messages });
  const written = rendererNamed('qwen3').write(chat, { bos: null, purpose: 'training', whole: chat });
  assert.deepEqual(written.messages[1]?.output, [
    { text: `Let me look.\n${block('w')}\n${block('v')}` },
    { special: end },
  ]);
});

void test('a call whose reasoning is left out is context', () => {
  const messages = [
    user('q'),
    assistant('', { reasoning_content: 'r', tool_calls: [call('w')] }),
    tool('1'),
    assistant('ok', { reasoning_content: 'r2' }),
  ];
  assert.match(
    shown('qwen3', messages),
    /assistant\n<tool_call>\n[^[]*<\/tool_call><\|im_end\|>.*\[\[<think>\nr2\n<\/think>\n\nok<\|im_end\|>\]\]$/s,
  );
});

void test('qwen3_instruct writes reasoning without line breaks, and the last turn has calls and the answer', () => {
  assert.match(
    shown('qwen3_instruct', [user('q'), assistant('x', { reasoning_content: 'r' })]),
    /\[\[<think>r<\/think>x<\|im_end\|>\]\]$/,
  );
  const calls = [user('q'), assistant('', { tool_calls: [call('w')] }), tool('sunny'), assistant('ok')];
  assert.match(
    shown('qwen3_instruct', calls, 'last_assistant_turn'),
    /\[\[<tool_call>[^[]*<\|im_end\|>\]\][^[]*sunny[^[]*\[\[ok<\|im_end\|>\]\]$/s,
  );
});

void test('what a renderer has no form for is refused, with a reason and without tokens', () => {
  const reasoning = [user('q'), assistant('x', { reasoning_content: 'r' })];
  const calls = [user('q'), assistant('', { tool_calls: [call('w')] })];
  const turnWithCall = [...calls, tool('r'), assistant('ok')];
  const tools = { messages: [user('q'), assistant('x')], tools: ['{"name":"w"}'] };
  const refusal = (...given: Parameters<typeof tokenised>): string => {
    const found = tokenised(...given);
    assert.deepEqual([found.tokens, found.mask, found.parts], [[], [], []]);
    return found.refusal ?? assert.fail('it is not refused');
  };
  for (const renderer of ['llama3', 'role_colon'] as const) {
    assert.equal(refusal(renderer, reasoning), 'reasoning');
    assert.equal(refusal(renderer, calls), 'tools');
    assert.equal(refusal(renderer, tools), 'tools');
    assert.equal(refusal(renderer, [user('q'), tool('r'), assistant('x')]), 'tools');
  }
  const disabled = 'qwen3_disable_thinking';
  for (const mode of ['all_assistant_messages', 'last_assistant_message', 'all_tokens'] as const)
    assert.equal(refusal(disabled, reasoning, mode), 'thinking_disabled');
  const inline = [user('q'), assistant('<think>\nr\n</think>\n\nx')];
  assert.equal(refusal(disabled, inline, 'last_assistant_turn'), 'thinking_disabled');
  assert.equal(refusal(disabled, turnWithCall, 'last_assistant_turn'), 'turn_of_several');
  assert.equal(
    refusal(disabled, [user('q'), assistant('x'), assistant('y')], 'last_assistant_message'),
    'turn_of_several',
  );
  assert.equal(refusal(disabled, [system('S'), assistant('x')]), 'no_user');
});

void test('markup of tools that the words have already is written once', () => {
  const messages = [
    system('Call <tools> [w] </tools>'),
    user('q'),
    assistant('<tool_call>\n{}\n</tool_call>'),
    tool('<tool_response>\nr\n</tool_response>\n'),
    assistant('ok'),
  ];
  const text = shown('qwen3_instruct', { messages, tools: ['{"name":"w"}'] });
  assert.ok(!text.includes('# Tools'));
  assert.ok(text.includes(turn('user', `<tool_response>\nr\n</tool_response>${end}`)));
});

void test('the system message of the tools is a part of its own where the conversation has none', () => {
  const { parts } = tokenised('qwen3', { messages: [user('q'), assistant('x')], tools: ['{"name":"w"}'] });
  assert.deepEqual([...new Set(parts.map(({ message }) => message))], ['tools', 0, 1]);
});
