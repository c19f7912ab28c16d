import type { Marking } from '../../activities/report/page/mark-tokens.js';
import { tokenSpans, type TokenSpan } from '../../activities/tokenise/token-spans.js';
import type { Conversation, Message } from '../../core/convert/conversation.js';
import type { TrainOn } from '../../core/recipe.js';
import { refusalText } from '../../core/training/refusals.js';
import { stopOf, tokeniseConversation, tokenisePrompt } from '../../core/training/tokens.js';

/** A conversation as a training takes it. */
export interface WrittenConversation {
  /** Cut to `maxTokens`. */
  readonly tokens: readonly number[];
  /** 0 or 1 a token: whether it is trained. */
  readonly weights: readonly number[];
  /** Tokens behind `maxTokens`. */
  readonly cut: number;
  /** The prompt from which the last answer would be sampled; with `last_assistant_turn`, the last turn. */
  readonly prompt: readonly number[];
  /** Where sampling stops: ids, or texts. */
  readonly stop: readonly number[] | readonly string[];
  /** Of all tokens, those that are cut included. */
  readonly spans: readonly TokenSpan[];
  /** Indices of the messages that are context because their reasoning is left out. */
  readonly reasoningLeftOut: readonly number[];
}

/** Writes a conversation for a model as the tokenise stage does, or says why it is left out. */
export function writeConversation(
  { renderer, trainOn, maxTokens, encoder }: Marking,
  conversation: Conversation,
): WrittenConversation | { readonly refused: string } {
  const tokenised = tokeniseConversation(renderer, conversation, trainOn, encoder);
  const { tokens, mask, reasoningLeftOut, refusal } = tokenised;
  if (refusal !== undefined) return { refused: refusalText(refusal, renderer.name) };
  const before = { ...conversation, messages: messagesOfPrompt(conversation.messages, trainOn) };
  return {
    tokens: tokens.slice(0, maxTokens),
    weights: mask.slice(0, maxTokens),
    cut: Math.max(0, tokens.length - maxTokens),
    prompt: tokenisePrompt(renderer, before, encoder),
    stop: stopOf(renderer, encoder),
    spans: tokenSpans(tokenised, maxTokens, encoder),
    reasoningLeftOut,
  };
}

/** All messages, where none of the assistant ends them. */
function messagesOfPrompt(messages: readonly Message[], trainOn: TrainOn): readonly Message[] {
  const turnAt = messages.findLastIndex(({ role }) => role === 'user') + 1;
  const answerAt = trainOn === 'last_assistant_turn' ? turnAt : messages.length - 1;
  return messages[answerAt]?.role === 'assistant' ? messages.slice(0, answerAt) : messages;
}
