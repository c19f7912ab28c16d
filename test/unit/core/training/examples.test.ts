import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Conversation, Message } from '../../../../core/convert/conversation/conversation.js';
import type { RendererName, TrainOn } from '../../../../core/recipe.js';
import { exampleProblem, turnsWouldTrain } from '../../../../core/training/example-rules.js';
import {
  tokeniseExamples,
  type ConversationExamples,
  type ExampleRules,
} from '../../../../core/training/examples.js';
import { rendererNamed } from '../../../../core/training/families/index.js';
import { tokeniseConversation } from '../../../../core/training/tokens.js';
import { untrainedPartsOf } from '../../../../core/training/untrained-parts.js';
import { goldenEncoder } from '../../../support/golden-tokenizers.js';
import { marked } from '../../../support/marked-tokens.js';

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string, more: Partial<Message> = {}): Message => ({
  role: 'assistant',
  content,
  ...more,
});
const reasoned = (content: string, reasoning: string): Message =>
  assistant(content, { reasoning_content: reasoning });

const turn = (trainOn: TrainOn = 'all_assistant_messages'): ExampleRules => ({ trainOn, examples: 'turn' });
const qwen3Encoder = (name: RendererName) => goldenEncoder(rendererNamed(name), 'qwen3');

const examplesOf = async (
  name: RendererName,
  messages: readonly Message[],
  rules: ExampleRules = turn(),
): Promise<ConversationExamples> =>
  tokeniseExamples(rendererNamed(name), { messages }, rules, await qwen3Encoder(name));

/** The examples as text, with what is trained in double brackets. */
async function shown(
  name: RendererName,
  messages: readonly Message[],
  rules: ExampleRules = turn(),
): Promise<string[]> {
  const encoder = await qwen3Encoder(name);
  return (await examplesOf(name, messages, rules)).examples.map((example) => marked(example, encoder));
}

const dialogue = [user('a'), reasoned('b', 'r1'), user('c'), reasoned('d', 'r2')];
const end = '<|im_end|>';
const q = (text: string): string => `<|im_start|>user\n${text}${end}\n`;
const a = (text: string): string => `<|im_start|>assistant\n${text}`;

void test('an example a turn trains each turn with its reasoning, behind a history without', async () => {
  assert.deepEqual(await shown('qwen3', dialogue), [
    `${q('a')}${a(`[[<think>\nr1\n</think>\n\nb${end}]]`)}`,
    `${q('a')}${a(`b${end}\n`)}${q('c')}${a(`[[<think>\nr2\n</think>\n\nd${end}]]`)}`,
  ]);
});

void test('an example a conversation is the default, and leaves out the reasoning of the first turn', async () => {
  const rules = { trainOn: 'all_assistant_messages', examples: 'conversation' } as const;
  assert.deepEqual(await shown('qwen3', dialogue, rules), [
    `${q('a')}${a(`b${end}\n`)}${q('c')}${a(`[[<think>\nr2\n</think>\n\nd${end}]]`)}`,
  ]);
});

void test('each example is its beginning of the conversation, trained by last_assistant_message', async () => {
  const conversation: Conversation = {
    messages: [
      { role: 'system', content: 'S' },
      user('a'),
      assistant('', {
        reasoning_content: 'r1',
        tool_calls: [{ type: 'function', function: { name: 'w', arguments: '{}' } }],
      }),
      { role: 'tool', content: '1' },
      reasoned('b', 'r2'),
      user('c'),
      assistant('d'),
    ],
    tools: ['{"name":"w"}'],
  };
  for (const name of ['qwen3', 'qwen3_5', 'qwen3_8_xhigh_reasoning'] as const) {
    const renderer = rendererNamed(name);
    const encoder = await goldenEncoder(renderer, name === 'qwen3' ? 'qwen3' : 'qwen3.5');
    const { examples } = tokeniseExamples(renderer, conversation, turn(), encoder);
    assert.deepEqual(
      examples.map(({ messages }) => messages),
      [3, 5, 7],
      name,
    );
    for (const { messages, ...example } of examples) {
      const beginning = { ...conversation, messages: conversation.messages.slice(0, messages) };
      const expected = tokeniseConversation(renderer, beginning, 'last_assistant_message', encoder);
      assert.deepEqual(example, expected, name);
      assert.ok(example.mask.includes(1), name);
    }
  }
});

void test('train_on chooses the turns', async () => {
  const messages = [user('a'), assistant('b'), user('c'), assistant('d'), assistant('e')];
  const counts = async (trainOn: TrainOn): Promise<number[]> =>
    (await examplesOf('qwen3', messages, turn(trainOn))).examples.map((example) => example.messages);
  assert.deepEqual(await counts('all_assistant_messages'), [2, 4, 5]);
  assert.deepEqual(await counts('last_assistant_turn'), [4, 5]);
  assert.deepEqual(await counts('last_assistant_message'), [5]);
});

void test('a message of weight 0 has no example, and is context in the others', async () => {
  const messages = [user('a'), assistant('bad', { weight: 0 }), user('c'), assistant('d')];
  assert.deepEqual(await shown('qwen3', messages), [
    `${q('a')}${a(`bad${end}\n`)}${q('c')}${a(`[[<think>\n\n</think>\n\nd${end}]]`)}`,
  ]);
  assert.deepEqual(await shown('qwen3', messages.slice(0, 2)), []);
});

void test('a renderer that writes every turn alike keeps one example a conversation', async () => {
  for (const name of ['qwen3_instruct', 'role_colon'] as const) {
    const messages = [user('a'), assistant('b'), user('c'), assistant('d')];
    const { examples } = await examplesOf(name, messages);
    assert.deepEqual(
      examples.map((example) => example.messages),
      [4],
    );
  }
});

void test('a turn that the renderer refuses is counted, and the others of the conversation are trained', async () => {
  const messages = [user('a'), reasoned('b', 'r'), user('c'), assistant('d')];
  const made = await examplesOf('qwen3_disable_thinking', messages);
  assert.deepEqual(
    made.examples.map((example) => example.messages),
    [4],
  );
  assert.deepEqual(made.refusedTurns, [{ message: 1, reason: 'thinking_disabled' }]);
  assert.deepEqual(untrainedPartsOf(rendererNamed('qwen3_disable_thinking'), { messages }, made), {
    refused: {},
    weightZero: 0,
    reasoningLeftOut: 0,
    refusedTurns: { thinking_disabled: 1 },
    named: 0,
  });
});

void test('a conversation is refused where each of its turns is', async () => {
  const made = await examplesOf('qwen3_disable_thinking', dialogue);
  assert.deepEqual(made, { examples: [], refusal: 'thinking_disabled', refusedTurns: [] });
});

void test('what a renderer cannot train is named with the key, what was found and what is possible', () => {
  const problemOf = (name: RendererName, rules: ExampleRules): string => {
    const { key, problem } = exampleProblem(rendererNamed(name), rules) ?? assert.fail('there is none');
    return `${key} ${problem}`;
  };
  assert.equal(
    problemOf('tml_v0', { trainOn: 'all_messages', examples: 'conversation' }),
    'train_on cannot be all_messages with the renderer tml_v0: write all_assistant_messages, last_assistant_message, last_assistant_turn',
  );
  assert.match(problemOf('qwen3', turn('all_tokens')), /^examples cannot be turn with train_on: all_tokens/);
  assert.equal(exampleProblem(rendererNamed('qwen3_instruct'), turn('all_tokens')), undefined);
  assert.equal(exampleProblem(rendererNamed('qwen3'), turn()), undefined);
});

void test('an example a turn would train more only where earlier turns lose their reasoning', () => {
  const would = (name: RendererName, trainOn: TrainOn): boolean =>
    turnsWouldTrain(rendererNamed(name), { trainOn, examples: 'conversation' });
  assert.ok(would('qwen3', 'all_assistant_messages'));
  assert.ok(!would('qwen3', 'last_assistant_message'));
  assert.ok(!would('qwen3_disable_thinking', 'all_assistant_messages'));
  assert.ok(!would('glm5_3_max_reasoning', 'all_assistant_messages'));
});
