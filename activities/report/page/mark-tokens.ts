import type { Conversation } from '../../../core/convert/conversation/conversation.js';
import type { TrainOn } from '../../../core/recipe.js';
import { trainedTokens } from '../../../core/training/datum.js';
import { refusalText } from '../../../core/training/refusals.js';
import type { Renderer } from '../../../core/training/rendering/renderer.js';
import { rendererNamed } from '../../../core/training/families/index.js';
import { tokeniseConversation } from '../../../core/training/tokens.js';
import { tokenSpans, type TokenSpan } from '../../tokenise/token-spans.js';
import type { Tokens } from '../../tokenise/pieces/tokens-artifact.js';
import { createTextEncoder, type TextEncoder } from '../../tokenise/tokenizer/text-encoder.js';
import { readTokenizerFiles } from '../../tokenise/tokenizer/tokenizer-files.js';

/** A stretch of text with one kind. */
export type Span = Pick<TokenSpan, 'text' | 'kind' | 'special'>;

/** A conversation as it is trained. */
export interface MarkedConversation {
  /** Spans of what no message of the data holds: the tools, and what the renderer adds. */
  readonly added: readonly Span[];
  /** Spans of each message, with its header and its end of turn; empty for a refused conversation. */
  readonly messages: readonly (readonly Span[])[];
  /** Indices of the messages whose reasoning is not among the tokens. */
  readonly reasoningLeftOut: readonly number[];
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
  const renderer = rendererNamed(tokenisation.renderer, tokenisation.settings);
  return {
    renderer,
    trainOn: tokenisation.trainOn,
    maxTokens: tokenisation.maxTokens,
    encoder: createTextEncoder(await readTokenizerFiles(tokenizerDir), renderer.textTokens),
  };
}

/** Marks what is trained in a conversation, with the tokens and masks of the tokenise stage. */
export function markConversation(marking: Marking, conversation: Conversation): MarkedConversation {
  const { renderer, trainOn, maxTokens, encoder } = marking;
  const tokenised = tokeniseConversation(renderer, conversation, trainOn, encoder);
  const { tokens, mask, refusal, reasoningLeftOut } = tokenised;
  const added: Span[] = [];
  const messages: Span[][] = conversation.messages.map(() => []);
  for (const span of tokenSpans(tokenised, maxTokens, encoder)) {
    // What opens the conversation belongs to its first message.
    const { message = 0 } = span;
    (typeof message === 'number' ? messages[message] : added)?.push(span);
  }
  const length = Math.min(tokens.length, maxTokens);
  return {
    added,
    messages,
    reasoningLeftOut,
    tokens: tokens.length,
    trained: trainedTokens(mask, length),
    cut: tokens.length - length,
    ...(refusal === undefined ? {} : { refusal: refusalText(refusal, renderer.name) }),
  };
}
