import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Tokenizer } from '@huggingface/tokenizers';
import { trainBpe } from '../../../dev/corpora/bpe.js';
import { pretrainingText } from '../../../dev/corpora/pretraining-text.js';
import { addedTokens, trainTokenizer, vocabularySize } from '../../../dev/corpora/train-tokenizer.js';

const folder = join('dev', 'tinker', 'model-files', 'tiny-qwen3');
const shipped = async (name: string): Promise<object> =>
  JSON.parse(await readFile(join(folder, name), 'utf8')) as object;

async function shippedTokenizer(): Promise<Tokenizer> {
  return new Tokenizer(await shipped('tokenizer.json'), await shipped('tokenizer_config.json'));
}

void test('the shipped tokenizer is what the trainer makes', async () => {
  const { tokenizer, config } = trainTokenizer();
  assert.deepEqual(await shipped('tokenizer.json'), tokenizer);
  assert.deepEqual(await shipped('tokenizer_config.json'), config);
});

void test('text of any script comes back from its ids', async () => {
  const tokenizer = await shippedTokenizer();
  for (const text of [
    'Can you help me plan a quiet weekend?',
    "It's 5 < 10, isn't it?\n\n\tTwo  spaces ",
    '空はなぜ青い ¿Cómo? 😀',
    '<script>alert("hi")</script>',
  ])
    assert.equal(tokenizer.decode(tokenizer.encode(text).ids), text);
});

void test('the added tokens are the last ids and are never split', async () => {
  const tokenizer = await shippedTokenizer();
  for (const [index, { content }] of addedTokens.entries())
    assert.deepEqual(tokenizer.encode(content).ids, [vocabularySize - addedTokens.length + index]);
});

void test('most words of the demo corpora are one token', async () => {
  const tokenizer = await shippedTokenizer();
  const text = pretrainingText(7, 50_000).join('');
  const words = text.match(/\p{L}+/gu)?.length ?? 0;
  const pieces = text.match(/[^\s\p{L}]/gu)?.length ?? 0;
  assert.ok(tokenizer.encode(text).ids.length < 1.4 * (words + pieces));
});

void test('pre-training text is a function of its seed, stops at the requested size and is whole', () => {
  const documents = pretrainingText(3, 20_000);
  assert.deepEqual(pretrainingText(3, 20_000), documents);
  assert.notDeepEqual(pretrainingText(4, 20_000), documents);
  const bytes = Buffer.byteLength(documents.join(''));
  assert.ok(bytes >= 20_000 && bytes < 22_000, String(bytes));
  const chats = documents.filter((text) => text.startsWith('<|im_start|>user\n'));
  assert.ok(chats.length > 0 && chats.length < documents.length);
  for (const chat of chats) assert.match(chat, /<\|im_start\|>assistant\n[^<]+<\|im_end\|>\n$/);
});

void test('BPE merges the most frequent pair first, and the smaller one of a tie', () => {
  const { merges, tokens } = trainBpe(['abab abab ab cd cd'], 259);
  assert.deepEqual(merges[0], ['a', 'b']);
  assert.equal(tokens.length, 259);
  assert.deepEqual(trainBpe(['ba', 'cd'], 257).merges, [['b', 'a']]);
});
