import type { Conversation } from '../../../core/convert/conversation/conversation.js';
import { trainedTokens } from '../../../core/training/datum.js';
import { refusalText } from '../../../core/training/refusals.js';
import type { Renderer } from '../../../core/training/rendering/renderer.js';
import { tokeniseExamples, type Example, type ExampleRules } from '../../../core/training/examples.js';
import { rendererNamed } from '../../../core/training/families/index.js';
import { tokenSpans, type TokenSpan } from '../../tokenise/token-spans.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import type { Tokens } from '../../tokenise/pieces/tokens-artifact.js';
import { storedEncoder } from '../../tokenise/tokenizer/stored-tokenizer.js';
import type { TextEncoder } from '../../tokenise/tokenizer/text-encoder.js';

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
  readonly examples: number;
  /** Of all examples, before truncation. */
  readonly tokens: number;
  readonly trained: number;
  readonly cut: number;
  /** The reason why no token is trained. */
  readonly refusal?: string;
}

/** How a mix was tokenised. */
export interface Marking {
  readonly renderer: Renderer;
  readonly rules: ExampleRules;
  readonly maxTokens: number;
  readonly encoder: TextEncoder;
}

/** The rules and the tokenizer with which a mix was tokenised. */
export async function markingOf(store: ArtifactStore, { tokenisation }: Tokens): Promise<Marking> {
  const renderer = rendererNamed(tokenisation.renderer, tokenisation.settings);
  return {
    renderer,
    rules: tokenisation,
    maxTokens: tokenisation.maxTokens,
    encoder: await storedEncoder(store, tokenisation.tokenizerDigest, renderer),
  };
}

/**
 * Marks what is trained in a conversation, with the tokens and masks of the tokenise stage. Where each turn
 * is an example of its own, a message is shown as in the example that trains it, else as in the last one.
 */
export function markConversation(marking: Marking, conversation: Conversation): MarkedConversation {
  const { renderer, rules, maxTokens, encoder } = marking;
  const { examples, refusal } = tokeniseExamples(renderer, conversation, rules, encoder);
  const ownOf = (message: number | undefined): Example | undefined =>
    examples.find((example) => example.messages - 1 === message) ?? examples.at(-1);
  const added: Span[] = [];
  const messages: Span[][] = conversation.messages.map(() => []);
  for (const example of examples)
    for (const span of tokenSpans(example, maxTokens, encoder)) {
      // What opens the conversation belongs to its first message.
      const { message = 0 } = span;
      const ofMessage = typeof message === 'number' ? message : undefined;
      if (ownOf(ofMessage) === example) (ofMessage === undefined ? added : messages[ofMessage])?.push(span);
    }
  const cutLength = (tokens: readonly number[]): number => Math.min(tokens.length, maxTokens);
  const sum = (of: (example: Example) => number): number =>
    examples.reduce((total, example) => total + of(example), 0);
  return {
    added,
    messages,
    reasoningLeftOut: [...messages.keys()].filter((at) => ownOf(at)?.reasoningLeftOut.includes(at)),
    examples: examples.length,
    tokens: sum(({ tokens }) => tokens.length),
    trained: sum(({ tokens, mask }) => trainedTokens(mask, cutLength(tokens))),
    cut: sum(({ tokens }) => tokens.length - cutLength(tokens)),
    ...(refusal === undefined ? {} : { refusal: refusalText(refusal, renderer.name) }),
  };
}
