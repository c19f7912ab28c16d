import * as untyped from '@huggingface/tokenizers';

/**
 * What Headrace uses of `@huggingface/tokenizers` 0.2.0, typed here: its own declarations import each other
 * without file extensions, so that they do not resolve under NodeNext and everything in them is `any`.
 */
interface Library {
  readonly Tokenizer: new (tokenizerJson: object, config: object) => HfTokenizer;
  /** Rewrites a regular expression of Oniguruma for JavaScript. */
  readonly SplitPreTokenizer: new (config: object) => { readonly pattern: RegExp };
}

interface HfTokenizer {
  encode(text: string, options: { readonly add_special_tokens: boolean }): { readonly ids: number[] };
  decode(ids: number[], options: { readonly clean_up_tokenization_spaces: boolean }): string;
}

export const { Tokenizer, SplitPreTokenizer }: Library = untyped as unknown as Library;
