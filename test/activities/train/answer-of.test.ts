import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerOf } from '../../../activities/train/evaluation/answer-of.js';
import { rendererNamed } from '../../../core/training/families/index.js';
import type { RendererName } from '../../../core/recipe.js';

/** A character is a token, and a control token is one of those above all characters. */
const controlTokens = ['<|im_end|>', '<|user|>', '<|observation|>', '<|endoftext|>', '<|im_start|>'];
const first = 0x110000;
const encoder = {
  specialId: (token: string): number => first + controlTokens.indexOf(token),
  specialText: (id: number): string | undefined => controlTokens[id - first],
  decode: (ids: readonly number[]): string => String.fromCodePoint(...ids.filter((id) => id < first)),
};

function answer(name: RendererName, text: string): string {
  const pieces = text.split(/(<\|\w+\|>)/);
  const ids = pieces.flatMap((piece) =>
    controlTokens.includes(piece)
      ? [encoder.specialId(piece)]
      : Array.from(piece, (character) => character.codePointAt(0) ?? 0),
  );
  return answerOf(rendererNamed(name), ids, encoder);
}

void test('an answer is the words behind the reasoning, up to the stop', () => {
  assert.equal(answer('qwen3', '<think>\n2 and 2\n</think>\n\nIt is 4.<|im_end|>\n'), 'It is 4.');
  assert.equal(answer('qwen3', '<think>\n\n</think>\n\nIt is 4.'), 'It is 4.');
  assert.equal(answer('qwen3_5', '2 and 2\n</think>\n\nIt is 4.<|im_end|>'), 'It is 4.');
  assert.equal(answer('nemotron3', '\n</think>\nIt is 4.<|im_end|>'), 'It is 4.');
  assert.equal(answer('glm5_3_max_reasoning', '2 and 2</think>It is 4.<|user|>'), 'It is 4.');
  assert.equal(answer('role_colon', ' It is 4.\n\nUser: and 3?'), 'It is 4.');
});

void test('a turn that is cut off in its reasoning is shown as it is', () => {
  assert.equal(answer('qwen3_5', '2 and 2 make \n'), '2 and 2 make');
  assert.equal(answer('qwen3', '<think>\n2 and'), '<think>\n2 and');
});

void test('control tokens before the stop are not shown', () => {
  assert.equal(answer('qwen3_instruct', 'It<|im_start|> is 4.<|im_end|>'), 'It is 4.');
});
