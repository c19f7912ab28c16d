import { createHash } from 'node:crypto';
import { HeadraceError } from '../../../core/errors.js';
import { tokenizerFiles, type TokenizerFiles } from './tokenizer-files.js';

/** Source: tiktoken_ext/openai_public.py, `o200k_base`, `expected_hash`. */
const sha256 = '446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d';

/**
 * Tokenizers that come with Headrace, by name. Inkling's is on no Hub: it has the ranks of OpenAI's
 * o200k_base, which the npm package js-tiktoken carries.
 *
 * @throws {HeadraceError} TokenizerError, for a name that is none of them.
 */
export async function shippedTokenizer(name: string): Promise<TokenizerFiles> {
  if (name !== 'inkling')
    throw new HeadraceError(
      'TokenizerError',
      `${name} is no tokenizer; expected owner/name@revision on the Hub, a folder (starting with . or /), or inkling`,
    );
  // 2 MB of JavaScript, which only Inkling needs.
  const { default: o200k } = await import('js-tiktoken/ranks/o200k_base');
  const bytes = Buffer.from(tiktokenFile(o200k.bpe_ranks));
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256)
    throw new HeadraceError(
      'TokenizerError',
      `The ranks of o200k_base in the package js-tiktoken have the SHA-256 ${found}, expected ${sha256}`,
      { remedy: 'Install Headrace again with `npm ci`.' },
    );
  return tokenizerFiles('js-tiktoken', { name: 'o200k_base.tiktoken', bytes });
}

/** @param ranks - of js-tiktoken: lines `! FIRST_RANK TOKEN TOKEN …`. @returns tiktoken's own file. */
function tiktokenFile(ranks: string): string {
  let file = '';
  for (const line of ranks.split('\n')) {
    const [, first, ...tokens] = line.split(' ');
    for (const [at, token] of tokens.entries()) file += `${token} ${Number(first) + at}\n`;
  }
  return file;
}
