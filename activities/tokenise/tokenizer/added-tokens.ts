import { z } from 'zod';

/** A token that the model of the tokenizer never makes: a control token, or markup such as `<think>`. */
export const AddedToken = z.looseObject({
  id: z.int().min(0),
  content: z.string().min(1),
  normalized: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  single_word: z.boolean().default(false),
});
export type AddedToken = z.infer<typeof AddedToken>;

/** Finds added tokens in a text, the longest first. */
export class TokenFinder {
  readonly #ids: ReadonlyMap<string, number>;
  readonly #pattern: RegExp | null;

  constructor(tokens: readonly AddedToken[]) {
    this.#ids = new Map(tokens.map(({ content, id }) => [content, id]));
    this.#pattern = patternOf([...this.#ids.keys()]);
  }

  /** Cuts a text at the tokens: their ids, and what is between them. */
  cut(text: string): readonly (string | number)[] {
    if (this.#pattern === null) return [text];
    const parts: (string | number)[] = [];
    for (const part of text.split(this.#pattern)) if (part !== '') parts.push(this.#ids.get(part) ?? part);
    return parts;
  }
}

/** Its group keeps the tokens when a text is split by it. */
function patternOf(tokens: readonly string[]): RegExp | null {
  if (tokens.length === 0) return null;
  const escaped = tokens
    .toSorted((a, b) => b.length - a.length)
    .map((token) => token.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`(${escaped.join('|')})`, 'u');
}
