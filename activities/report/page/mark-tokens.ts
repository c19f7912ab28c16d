import type { Conversation } from '../../../core/convert/conversation.js';
import type { TrainOn } from '../../../core/recipe.js';
import { trainedTokens } from '../../../core/training/datum.js';
import { refusalText } from '../../../core/training/refusals.js';
import type { Renderer } from '../../../core/training/renderer.js';
import { rendererNamed } from '../../../core/training/renderers.js';
import { tokeniseConversation } from '../../../core/training/tokens.js';
import type { Tokens } from '../../tokenise/pieces/tokens-artifact.js';
import { createTextEncoder, type TextEncoder } from '../../tokenise/tokenizer/text-encoder.js';
import { readTokenizerFiles } from '../../tokenise/tokenizer/tokenizer-files.js';

/**
 * What the training does with a stretch of text: `context` is read, `trained` is trained on, `cut` is
 * truncated.
 */
type SpanKind = 'context' | 'trained' | 'cut';

/** A stretch of text with one kind. */
export interface Span {
  readonly text: string;
  readonly kind: SpanKind;
  /** A special token, such as the end of a turn. */
  readonly special: boolean;
}

/** A conversation as it is trained. */
export interface MarkedConversation {
  /** Spans of each message, with its header and its end of turn. */
  readonly messages: readonly (readonly Span[])[];
  /** Before truncation. */
  readonly tokens: number;
  readonly trained: number;
  readonly cut: number;
  /** The reason why no token is trained. */
  readonly refusal?: string;
}

/** How a mix was tokenised. */
export interface Marking {
  readonly renderer: Renderer;
  readonly trainOn: TrainOn;
  readonly maxTokens: number;
  readonly encoder: TextEncoder;
}

/** The rules and the tokenizer with which a mix was tokenised. */
export async function markingOf({ tokenisation, tokenizerDir }: Tokens): Promise<Marking> {
  return {
    renderer: rendererNamed(tokenisation.renderer),
    trainOn: tokenisation.trainOn,
    maxTokens: tokenisation.maxTokens,
    encoder: createTextEncoder(await readTokenizerFiles(tokenizerDir)),
  };
}

/** Marks what is trained in a conversation, with the tokens and masks of the tokenise stage. */
export function markConversation(marking: Marking, conversation: Conversation): MarkedConversation {
  const { renderer, trainOn, maxTokens, encoder } = marking;
  const { tokens, mask, parts, refusal } = tokeniseConversation(renderer, conversation, trainOn, encoder);
  const owners = parts.flatMap(({ message, from, to }) =>
    Array.from({ length: to - from }, () => (typeof message === 'number' ? message : 0)),
  );
  const spans: Span[][] = conversation.messages.map(() => []);
  let stretch: { owner: number; kind: SpanKind; special: string | undefined; ids: number[] } | undefined;
  const close = (): void => {
    if (stretch === undefined) return;
    const { owner, kind, special, ids } = stretch;
    const text = special ?? encoder.decode(ids);
    spans[owner]?.push({ text, kind, special: special !== undefined });
    stretch = undefined;
  };
  for (const [at, id] of tokens.entries()) {
    const owner = owners[at] ?? 0;
    const special = encoder.specialText(id);
    // The first token is never a target.
    const kind = at >= maxTokens ? 'cut' : at > 0 && mask[at] ? 'trained' : 'context';
    const goesOn = stretch?.owner === owner && stretch.kind === kind && stretch.special === undefined;
    if (!goesOn || special !== undefined) {
      close();
      stretch = { owner, kind, special, ids: [] };
    }
    stretch?.ids.push(id);
  }
  close();
  const length = Math.min(tokens.length, maxTokens);
  return {
    messages: spans,
    tokens: tokens.length,
    trained: trainedTokens(mask, length),
    cut: tokens.length - length,
    ...(refusal === undefined ? {} : { refusal: refusalText(refusal, renderer.name) }),
  };
}
