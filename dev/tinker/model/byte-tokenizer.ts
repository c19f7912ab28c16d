import { byteAlphabet } from '../../../core/training/byte-alphabet.js';

export interface AddedToken {
  readonly content: string;
  readonly special: boolean;
}

/**
 * The `tokenizer.json` of a tokenizer whose tokens are bytes (ids 0 to 255) and added tokens, in their order
 * from 256 on.
 */
export function byteTokenizer(added: readonly AddedToken[]): object {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
  const ids = [...byteAlphabet, ...added.map(({ content }) => content)].map(
    (text, id) => [text, id] as const,
  );
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added.map(({ content, special }, at) => ({
      id: 256 + at,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special,
    })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(ids),
      merges: [],
    },
  };
}
