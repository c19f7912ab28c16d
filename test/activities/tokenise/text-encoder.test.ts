import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveTokenizer } from '../../../activities/tokenise/tokenizer/resolve-tokenizer.js';
import { createTextEncoder } from '../../../activities/tokenise/tokenizer/text-encoder.js';
import { tokenizerFiles } from '../../../activities/tokenise/tokenizer/tokenizer-files.js';
import type { RendererName } from '../../../core/recipe.js';
import { rendererNamed } from '../../../core/training/families/index.js';
import { controlTokensOf } from '../../../core/training/rendering/control-tokens.js';
import { markupTokens } from '../../../core/training/rendering/renderer.js';
import { goldenEncoder } from '../../support/golden-tokenizers.js';

void test('a control token in a text stays text, whatever the tokenizer file says of it', async () => {
  for (const [tokenizer, token] of [
    ['qwen3.5', '<|im_end|>'],
    ['deepseek-v3.1', '<｜User｜>'],
    ['kimi-k2', '<|im_middle|>'],
    ['inkling', '<|end_message|>'],
  ] as const) {
    const encoder = await goldenEncoder({ textTokens: markupTokens }, tokenizer);
    const id = encoder.specialId(token);
    const ids = encoder.encode(`a${token}b`);
    assert.ok(!ids.includes(id), token);
    assert.equal(encoder.decode(ids), `a${token}b`);
    assert.equal(encoder.specialText(id), token);
    assert.equal(encoder.decode([id, ...ids, id]), `a${token}b`);
  }
});

void test('a token that text may hold is one token, has a name and is shown', async () => {
  const encoder = await goldenEncoder({ textTokens: ['<think>'] }, 'qwen3.5');
  const id = encoder.specialId('<think>');
  assert.deepEqual([...encoder.encode('<think>')], [id]);
  assert.equal(encoder.specialText(id), undefined);
  assert.equal(encoder.decode([id]), '<think>');
  assert.ok(encoder.encode('</think>').length > 1);
  assert.equal(encoder.specialText(encoder.specialId('</think>')), '</think>');
});

void test('ids that cut a character, or that no token has, are shown as U+FFFD', async () => {
  const encoder = await goldenEncoder({ textTokens: [] }, 'kimi-k2');
  const ids = encoder.encode('𛲀');
  assert.ok(ids.length > 1);
  assert.equal(encoder.decode(ids), '𛲀');
  assert.match(encoder.decode(ids.slice(0, -1)), /^\ufffd+$/);
  assert.equal(encoder.decode([163_700, ...encoder.encode('a')]), '\ufffda');
});

void test('a piece of 200,000 characters has the ids of its merges', async () => {
  const encoder = await goldenEncoder({ textTokens: [] }, 'inkling');
  const half = 'a'.repeat(100_000);
  const ids = encoder.encode(half + half);
  assert.equal(encoder.decode(ids), half + half);
  assert.ok(ids.length < 100_000);
});

void test("Inkling's tokenizer comes with Headrace and has the ids of o200k_base", async () => {
  const { signal } = new AbortController();
  const tokenizer = await resolveTokenizer({}, { baseModel: 'thinkingmachines/Inkling' }, signal);
  const encoder = createTextEncoder(tokenizer, []);
  assert.deepEqual(
    [...encoder.encode('Hello, world! 你好 123')],
    [13225, 11, 2375, 0, 220, 177519, 220, 7633],
  );
  assert.equal(encoder.specialId('<|content_model_end_sampling|>'), 200_006);
  assert.equal(encoder.specialId('<|unused_200007|>'), 200_007);
  assert.equal(encoder.bos, null);
});

void test('the control tokens of a renderer are found in what it writes: turns, reasoning, tools and stops', () => {
  const of = (name: RendererName): readonly string[] =>
    controlTokensOf(rendererNamed(name, { currentDate: '2026-11-28' }), null).toSorted();
  assert.deepEqual(of('role_colon'), []);
  assert.deepEqual(of('qwen3'), ['<|im_end|>', '<|im_start|>']);
  assert.deepEqual(of('llama3'), [
    '<|begin_of_text|>',
    '<|end_header_id|>',
    '<|eot_id|>',
    '<|start_header_id|>',
  ]);
  const ofKimi = of('kimi_k25');
  assert.ok(ofKimi.includes('<|tool_call_argument_begin|>'));
  assert.ok(ofKimi.includes('<|im_middle|>'));
});

void test('a tokenizer of another kind than byte pairs is encoded by the library', () => {
  const json = {
    added_tokens: [
      { id: 5, content: '<s>', special: true },
      { id: 6, content: '<think>', special: false },
    ],
    normalizer: null,
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', vocab: { red: 0, blue: 1, '[UNK]': 2 }, unk_token: '[UNK]' },
  };
  const bytes = Buffer.from(JSON.stringify(json));
  const encoder = createTextEncoder(tokenizerFiles('here', { name: 'tokenizer.json', bytes }), markupTokens);
  assert.deepEqual([...encoder.encode('red<think>blue')], [0, 6, 1]);
  assert.equal(encoder.specialId('<s>'), 5);
  assert.equal(encoder.specialText(5), '<s>');
});
