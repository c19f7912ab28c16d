import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RendererName } from '../../core/recipe.js';
import { rendererNamed } from '../../core/training/families/index.js';
import { controlTokensOf } from '../../core/training/rendering/control-tokens.js';
import { byteTokenizer } from '../../dev/tinker/model/byte-tokenizer.js';

/** Tokens of every tokenizer that {@link writeTinyTokenizer} writes: none has more ids. */
export const tinyVocabulary = 320;

/** `tokenizer.json`, Kimi's tiktoken.model or the ranks of Inkling. */
export type TokenizerFile = 'tokenizer.json' | 'tiktoken.model' | 'o200k_base.tiktoken';

/**
 * Writes a tokenizer whose tokens are bytes and what a renderer needs: its control tokens and the markup that
 * text may hold.
 *
 * @param bos - the tokenizer's own beginning of a text.
 */
export async function writeTinyTokenizer(
  dir: string,
  name: RendererName,
  file: TokenizerFile,
  bos: string | null,
): Promise<void> {
  const renderer = rendererNamed(name, { currentDate: '2026-11-27' });
  const control = [...new Set([...(bos === null ? [] : [bos]), ...controlTokensOf(renderer, bos)])];
  const added = [
    ...control.map((content) => ({ content, special: true })),
    ...renderer.textTokens.map((content) => ({ content, special: false })),
  ];
  const decoder = Object.fromEntries(added.map((token, at) => [String(256 + at), token]));
  await mkdir(dir, { recursive: true });
  const config = file === 'tokenizer.json' ? {} : { added_tokens_decoder: decoder };
  await writeFile(join(dir, 'tokenizer_config.json'), JSON.stringify({ bos_token: bos, ...config }));
  await writeFile(
    join(dir, file),
    file === 'tokenizer.json' ? JSON.stringify(byteTokenizer(added)) : byteRanks(),
  );
}

/** A tiktoken file of the 256 bytes. */
function byteRanks(): string {
  return Array.from({ length: 256 }, (_, byte) => `${Buffer.from([byte]).toString('base64')} ${byte}\n`).join(
    '',
  );
}
