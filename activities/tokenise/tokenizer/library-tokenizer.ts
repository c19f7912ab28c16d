import { HeadraceError, messageOf } from '../../../core/errors.js';
import type { AddedToken } from './added-tokens.js';
import { Tokenizer } from './hf-tokenizers.js';
import type { BareTokenizer } from './byte-pair-tokenizer.js';
import type { TokenizerFiles } from './tokenizer-files.js';

/**
 * A tokenizer of another kind than byte-level byte pairs, such as Unigram, by `@huggingface/tokenizers`.
 *
 * @param textTokens - the added tokens that text may hold; the library is not given the others.
 * @throws {HeadraceError} TokenizerError where the library cannot read it.
 */
export function libraryTokenizer(
  { place, vocabulary }: TokenizerFiles,
  config: object,
  textTokens: readonly AddedToken[],
): BareTokenizer {
  try {
    const json = JSON.parse(vocabulary.bytes.toString('utf8')) as object;
    const tokenizer = new Tokenizer({ ...json, added_tokens: textTokens }, config);
    return {
      encode: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids,
      decode: (ids) =>
        ids.length === 0 ? '' : tokenizer.decode([...ids], { clean_up_tokenization_spaces: false }),
    };
  } catch (error) {
    throw new HeadraceError('TokenizerError', `The tokenizer ${place} cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
