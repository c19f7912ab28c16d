import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../../../../core/convert/conversation/conversation.js';
import type { RendererName } from '../../../../../core/recipe.js';
import { rendererNamed } from '../../../../../core/training/families/index.js';
import { chatMessages } from '../../../../../core/training/rendering/chat.js';
import type { Piece, WrittenChat } from '../../../../../core/training/rendering/renderer.js';

const user: Message = { role: 'user', content: 'q' };
const plain: Message = { role: 'assistant', content: 'a' };
const reasoned: Message = { ...plain, reasoning_content: 'r' };
const call = { type: 'function', function: { name: 'f', arguments: '{}' } } as const;
const calls: Message = { role: 'assistant', content: '', reasoning_content: 'r', tool_calls: [call] };
const result: Message = { role: 'tool', content: 'x' };

function written(name: RendererName, messages: readonly Message[]): WrittenChat {
  const { prepare, write } = rendererNamed(name);
  const chat = chatMessages({ messages });
  const prepared = prepare?.(chat) ?? chat;
  return write(prepared, { bos: null, purpose: 'training', whole: prepared });
}

/** The pieces of messages, one text each: `header|output|…`. */
function texts(name: RendererName, messages: readonly Message[]): readonly string[] {
  const text = (piece: Piece): string => ('text' in piece ? piece.text : piece.special);
  return written(name, messages).messages.map(({ header, output }) =>
    [header.map(text).join(''), ...output.map(text)].join('|'),
  );
}

const leftOut = (name: RendererName, messages: readonly Message[]): readonly unknown[] =>
  written(name, messages)
    .messages.filter(({ leavesOutReasoning }) => leavesOutReasoning === true)
    .map(({ message }) => message.from);

void test('the last turn without reasoning is generated behind the open think block of the prompt', () => {
  const opening = '\n<|im_start|>assistant\n<think>\n';
  assert.equal(texts('qwen3_5', [user, plain])[1], `${opening}|\n</think>\n\n|a|<|im_end|>`);
  assert.equal(texts('qwen3_8_medium_reasoning', [user, plain])[1], `${opening}|\n</think>\n\n|a|<|im_end|>`);
  assert.equal(texts('qwen3_5_disable_thinking', [user, plain])[1], `${opening}\n</think>\n\n||a|<|im_end|>`);
  assert.equal(
    texts('qwen3_5', [user, reasoned])[1],
    '\n<|im_start|>assistant\n|<think>\nr\n</think>\n\na|<|im_end|>',
  );
});

void test('results of consecutive calls are one turn of the user', () => {
  const messages = [user, calls, result, result, plain];
  assert.deepEqual(texts('qwen3_5', messages).slice(2, 4), [
    '\n<|im_start|>user\n|<tool_response>\nx\n</tool_response>',
    '\n|<tool_response>\nx\n</tool_response>|<|im_end|>',
  ]);
  assert.deepEqual(texts('nemotron3', messages).slice(3, 5), [
    '\n<|im_start|>user\n|<tool_response>\nx\n</tool_response>\n',
    '|<tool_response>\nx\n</tool_response>\n|<|im_end|>',
  ]);
});

void test('Qwen3.5 writes the reasoning of the last message only, Nemotron 3 that of the whole last turn', () => {
  const messages = [user, reasoned, user, calls, result, reasoned];
  assert.deepEqual(leftOut('qwen3_5', messages), [1, 3]);
  assert.deepEqual(leftOut('nemotron3', messages), [1]);
  assert.deepEqual(leftOut('nemotron3_ultra', messages), [1]);
  const keeping = [
    'qwen3_5_preserve_thinking',
    'qwen3_8_low_reasoning',
    'nemotron3_preserve_thinking',
  ] as const;
  for (const name of keeping) assert.deepEqual(leftOut(name, messages), [], name);
});

void test('the effort of Qwen3.8 is in front of the system message, once, and an empty one is left out', () => {
  const first = (name: RendererName, content: string): string | undefined =>
    texts(name, [{ role: 'system', content }, user])[0];
  const sentence = /Reasoning effort is set to low\. Keep [^|]*elaboration\./;
  const once = texts('qwen3_8_low_reasoning', [user])[0];
  assert.match(once ?? '', new RegExp(`^<.im_start.>system\\n.${sentence.source}.<.im_end.>$`));
  const effort = sentence.exec(once ?? '')?.[0] ?? '';
  assert.equal(first('qwen3_8_low_reasoning', ' '), once);
  assert.equal(first('qwen3_8_low_reasoning', effort), once);
  assert.equal(first('qwen3_8_low_reasoning', ' Be kind. '), once?.replace(effort, `${effort}\n\nBe kind.`));
  for (const name of ['qwen3_8_medium_reasoning', 'qwen3_8_disable_thinking'] as const) {
    assert.equal(first(name, ' '), '<|im_start|>user\n|q|<|im_end|>');
    assert.equal(first(name, 'Be kind.'), '<|im_start|>system\n|Be kind.|<|im_end|>');
  }
});

void test('the effort of Nemotron 3 is behind the words of the last user only', () => {
  const words = (name: RendererName): readonly string[] =>
    texts(name, [user, plain, user, plain]).filter((text) => text.includes('>user'));
  assert.deepEqual(words('nemotron3_low_thinking'), [
    '\n<|im_start|>user\n|q|<|im_end|>',
    '\n<|im_start|>user\n|q\n\n{reasoning effort: low}|<|im_end|>',
  ]);
  assert.match(words('nemotron3_ultra_medium_thinking')[1] ?? '', /\|q\n\n\{reasoning effort: efficient\}\|/);
});
