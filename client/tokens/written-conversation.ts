import { tokenSpans, type SpanKind, type TokenSpan } from '../../activities/tokenise/token-spans.js';
import type { Conversation, Message } from '../../core/convert/conversation/conversation.js';
import type { TrainOn } from '../../core/recipe.js';
import { isSplit, tokeniseExamples, type Example } from '../../core/training/examples.js';
import { refusalText } from '../../core/training/refusals.js';
import { stopOf, tokenisePrompt } from '../../core/training/tokens.js';
import type { ChosenModel } from './chosen-model.js';

/** An example as a training takes it. */
export interface WrittenExample {
  /** Cut to `maxTokens`. */
  readonly tokens: readonly number[];
  /** 0 or 1 a token: whether it is trained. */
  readonly weights: readonly number[];
  /** Tokens behind `maxTokens`. */
  readonly cut: number;
  /** The prompt from which the last answer would be sampled; with `last_assistant_turn`, the last turn. */
  readonly prompt: readonly number[];
  /** The first position at which the prompt is not as the example; absent where it is its beginning. */
  readonly promptLeavesAt?: number;
  /** Where sampling stops: ids, or texts. */
  readonly stop: readonly number[] | readonly string[];
  /** Of all tokens, those that are cut included. */
  readonly spans: readonly TokenSpan[];
  /** Indices of the messages that are context because their reasoning is left out. */
  readonly reasoningLeftOut: readonly number[];
  /** With an example a turn: number of the message that it trains, from 1. */
  readonly message?: number;
}

/** A conversation in the form of its examples. */
export interface WrittenConversation {
  readonly examples: readonly WrittenExample[];
  /** Turns that are left out, each with the reason in words. */
  readonly refusedTurns: readonly { readonly message: number; readonly refused: string }[];
}

/** A conversation that is left out of a training. */
export interface RefusedConversation {
  /** Why, in words. */
  readonly refused: string;
}

/** Writes a conversation for a model as the tokenise stage does, or says why it is left out. */
export function writeConversation(
  model: ChosenModel,
  conversation: Conversation,
): WrittenConversation | RefusedConversation {
  const { renderer, rules, encoder } = model;
  const { examples, refusal, refusedTurns } = tokeniseExamples(renderer, conversation, rules, encoder);
  if (refusal !== undefined) return { refused: refusalText(refusal, renderer.name) };
  return {
    examples: examples.map((example) => writeExample(model, conversation, example)),
    refusedTurns: refusedTurns.map(({ message, reason }) => ({
      message: message + 1,
      refused: refusalText(reason, renderer.name),
    })),
  };
}

function writeExample(
  { renderer, rules, maxTokens, encoder }: ChosenModel,
  conversation: Conversation,
  example: Example,
): WrittenExample {
  const { tokens, mask, reasoningLeftOut } = example;
  const splits = isSplit(renderer, rules);
  const own = conversation.messages.slice(0, example.messages);
  const messages = messagesOfPrompt(own, splits ? 'last_assistant_message' : rules.trainOn);
  const prompt = tokenisePrompt(renderer, { ...conversation, messages }, encoder);
  const leavesAt = prompt.findIndex((id, at) => tokens[at] !== id);
  return {
    tokens: tokens.slice(0, maxTokens),
    weights: mask.slice(0, maxTokens),
    cut: Math.max(0, tokens.length - maxTokens),
    prompt,
    ...(leavesAt === -1 ? {} : { promptLeavesAt: leavesAt }),
    stop: stopOf(renderer, encoder),
    spans: tokenSpans(example, maxTokens, encoder),
    reasoningLeftOut,
    ...(splits ? { message: example.messages } : {}),
  };
}

/** All messages, where none of the assistant ends them. */
function messagesOfPrompt(messages: readonly Message[], trainOn: TrainOn): readonly Message[] {
  const turnAt = messages.findLastIndex(({ role }) => role === 'user') + 1;
  const answerAt = trainOn === 'last_assistant_turn' ? turnAt : messages.length - 1;
  return messages[answerAt]?.role === 'assistant' ? messages.slice(0, answerAt) : messages;
}

/** How many tokens of each kind spans have. */
export function tokenCounts(spans: readonly TokenSpan[]): Record<SpanKind, number> {
  const counts = { trained: 0, context: 0, cut: 0 };
  for (const { kind, ids } of spans) counts[kind] += ids.length;
  return counts;
}
