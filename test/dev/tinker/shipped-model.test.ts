import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Random } from '../../../dev/corpora/random.js';
import { ultrachatConversation } from '../../../dev/corpora/ultrachat.js';
import { ModelRunner } from '../../../dev/tinker/model/runner.js';
import { loadTokenizer } from '../../../dev/tinker/model/tokenizer.js';
import { shippedModelDir } from '../../../dev/stack/shipped.js';
import { chatExamples } from '../../../dev/tinker/pretrain/chat-examples.js';

const dir = shippedModelDir;

void test('the shipped model is small', async () => {
  assert.ok((await stat(join(dir, 'model.safetensors'))).size < 2 * 2 ** 20);
});

void test('the shipped model answers in words and ends its turn', async () => {
  const runner = await ModelRunner.load(dir);
  const tokenizer = await loadTokenizer(dir);
  runner.openSampler('base', {});
  const question = '<|im_start|>user\nWhat is the opposite of warm?<|im_end|>\n<|im_start|>assistant\n';
  const { sequences } = runner.sample('base', {
    prompt: Int32Array.from(tokenizer.encode(question, { add_special_tokens: false }).ids),
    numSamples: 1,
    promptLogprobs: false,
    params: {
      maxTokens: 40,
      seed: 0,
      temperature: 0,
      topK: -1,
      topP: 1,
      stop: { tokens: runner.config().eosTokenIds, strings: [] },
    },
  });
  const answer = tokenizer.decode([...(sequences[0]?.tokens ?? [])], { skip_special_tokens: true });
  assert.equal(answer, 'The opposite of warm is cold.');
  assert.equal(sequences[0]?.stopReason, 'stop');
});

void test('a LoRA on some chats halves the loss on others of their kind within ten steps', async () => {
  const runner = await ModelRunner.load(dir);
  const example = await chatExamples(dir, 128);
  const random = new Random('shipped model');
  const chats = Array.from({ length: 90 }, () => example(ultrachatConversation(random)));
  const heldOut = chats.slice(80);
  runner.createModel('m', { rank: 8, seed: 0, trainAttn: true, trainMlp: true, trainUnembed: true });
  const before = (await runner.forward('m', heldOut)).lossSum;
  for (let step = 0; step < 10; step += 1) {
    await runner.forwardBackward('m', chats.slice(8 * step, 8 * step + 8));
    runner.optimStep('m', {
      learningRate: 5e-3,
      beta1: 0.9,
      beta2: 0.95,
      eps: 1e-8,
      weightDecay: 0,
      gradClipNorm: 0,
    });
  }
  const { lossSum } = await runner.forward('m', heldOut);
  assert.ok(lossSum < before / 2, `${before} became ${lossSum}`);
});
