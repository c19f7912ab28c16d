import * as untyped from '@huggingface/tokenizers';

/**
 * What Headrace uses of `@huggingface/tokenizers` 0.2.0, typed here: its own declarations import each other
 * without file extensions, so that they do not resolve under NodeNext and everything in them is `any`.
 */
interface Library {
  readonly Tokenizer: new (tokenizerJson: object, config: object) => HfTokenizer;
  readonly SplitPreTokenizer: new (config: object) => (text: string) => string[];
  readonly ByteLevelPreTokenizer: new (config: object) => (text: string) => string[];
}

export interface HfTokenizer {
  encode(text: string, options: { readonly add_special_tokens: boolean }): { readonly ids: number[] };
  decode(ids: number[], options: { readonly clean_up_tokenization_spaces: boolean }): string;
  readonly normalizer: ((text: string) => string) | null;
  readonly pre_tokenizer: ((text: string, options: { readonly section_index: number }) => string[]) | null;
  readonly model:
    | (((preTokens: string[]) => string[]) & {
        readonly tokens_to_ids: ReadonlyMap<string, number>;
        readonly unk_token_id?: number;
      })
    | null;
}

export const { Tokenizer, SplitPreTokenizer, ByteLevelPreTokenizer }: Library = untyped as unknown as Library;
