/** The parts of a tokenizer that rendering needs. */
export interface TokenEncoder {
  /** Ids of a text. Control tokens in it are plain text. */
  encode(text: string): readonly number[];
  /** Text of ids. */
  decode(ids: readonly number[]): string;
  /** Id of an added token. @throws where the tokenizer has none of that name. */
  specialId(token: string): number;
  /** The tokenizer's own beginning of a text; `null` where it has none. */
  readonly bos: string | null;
}
