import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '../../activities/tokenise/tokenizer/hf-tokenizers.js';

/** `@huggingface/tokenizers` on a tokenizer.json, with those added tokens that text may hold. */
export async function libraryAlone(
  folder: string,
  textTokens: readonly string[],
): Promise<(text: string) => readonly number[]> {
  const json = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8')) as {
    readonly added_tokens: readonly { readonly content: string }[];
  };
  const added = json.added_tokens.filter(({ content }) => textTokens.includes(content));
  const tokenizer = new Tokenizer({ ...json, added_tokens: added }, {});
  return (text) => tokenizer.encode(text, { add_special_tokens: false }).ids;
}
