import type { TokenisedPart } from '../../core/training/rendering/supervise.js';
import type { TokenisedConversation } from '../../core/training/tokens.js';
import type { TextEncoder } from './tokenizer/text-encoder.js';

/**
 * What the training does with tokens: `context` is read, `trained` is trained on, `cut` is truncated.
 */
export type SpanKind = 'context' | 'trained' | 'cut';

/** A stretch of tokens of one message and one kind, or one special token. */
export interface TokenSpan {
  /** As of the parts of the conversation. */
  readonly message: TokenisedPart['message'];
  readonly kind: SpanKind;
  /** A special token, such as the end of a turn. */
  readonly special: boolean;
  /** Position of its first token. */
  readonly from: number;
  readonly text: string;
  readonly ids: readonly number[];
}

/** What {@link tokenSpans} reads of a tokenised conversation. */
export type MarkedTokens = Pick<TokenisedConversation, 'tokens' | 'mask'> & {
  readonly parts: readonly Pick<TokenisedPart, 'message' | 'from' | 'to'>[];
};

/**
 * The tokens of a conversation as stretches of text, in order. Tokens are decoded together, because one may
 * be a part of a character.
 */
export function tokenSpans(
  { tokens, mask, parts }: MarkedTokens,
  maxTokens: number,
  encoder: TextEncoder,
): TokenSpan[] {
  const spans: TokenSpan[] = [];
  let open: (Pick<TokenSpan, 'message' | 'kind' | 'from'> & { readonly ids: number[] }) | undefined;
  const close = (): void => {
    if (open !== undefined) spans.push({ ...open, special: false, text: encoder.decode(open.ids) });
    open = undefined;
  };
  for (const { message, from: first, to } of parts)
    for (let from = first; from < to; from += 1) {
      const id = tokens[from] ?? 0;
      // The first token is never a target.
      const kind = from >= maxTokens ? 'cut' : from > 0 && mask[from] ? 'trained' : 'context';
      const special = encoder.specialText(id);
      if (special !== undefined || open?.message !== message || open?.kind !== kind) close();
      if (special !== undefined) spans.push({ message, kind, from, special: true, text: special, ids: [id] });
      else (open ??= { message, kind, from, ids: [] }).ids.push(id);
    }
  close();
  return spans;
}
