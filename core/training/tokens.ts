import type { RefusalReason } from '../contracts/tokens.js';
import type { Conversation } from '../convert/conversation/conversation.js';
import type { TrainOn } from '../recipe.js';
import { refusalOf } from './refusals.js';
import { declaredChat } from './rendering/declared-chat.js';
import { promptTokens } from './rendering/prompt.js';
import type { Renderer } from './rendering/renderer.js';
import { supervise, type SupervisedChat } from './rendering/supervise.js';
import type { TokenEncoder } from './rendering/token-encoder.js';

export interface TokenisedConversation extends Pick<
  SupervisedChat,
  'tokens' | 'mask' | 'parts' | 'lastMessageAt'
> {
  /** Indices of the messages whose reasoning the renderer leaves out, and which are context. */
  readonly reasoningLeftOut: readonly number[];
  /** How many of them would be trained with their reasoning. */
  readonly untrainedReasoning: number;
  /** Why the conversation is not trained, and has no tokens; absent where it is. */
  readonly refusal?: RefusalReason;
}

const nothing: TokenisedConversation = {
  tokens: [],
  mask: [],
  parts: [],
  lastMessageAt: 0,
  reasoningLeftOut: [],
  untrainedReasoning: 0,
};

/**
 * Tokens and loss mask of a conversation. Messages of weight 0 are context, and so is a turn without its
 * reasoning, which is not what the data says.
 */
export function tokeniseConversation(
  renderer: Renderer,
  conversation: Conversation,
  trainOn: TrainOn,
  encoder: TokenEncoder,
): TokenisedConversation {
  const messages = declaredChat(renderer, conversation);
  const isWeightZero = (from: unknown): boolean =>
    typeof from === 'number' && conversation.messages[from]?.weight === 0;
  const supervised =
    refusalOf(renderer, conversation) ??
    supervise(
      renderer,
      messages,
      {
        trainOn,
        isContext: ({ message, leavesOutReasoning = false }) =>
          leavesOutReasoning || isWeightZero(message.from),
      },
      encoder,
    );
  if (typeof supervised === 'string') return { ...nothing, refusal: supervised };
  const { tokens, mask, parts, lastMessageAt, written, inMode } = supervised;
  const leftOut = written.flatMap(({ message: { from }, leavesOutReasoning = false }, index) =>
    leavesOutReasoning && typeof from === 'number'
      ? [{ from, isUntrained: inMode(index) && !isWeightZero(from) }]
      : [],
  );
  return {
    tokens,
    mask,
    parts,
    lastMessageAt,
    reasoningLeftOut: leftOut.map(({ from }) => from),
    untrainedReasoning: leftOut.filter(({ isUntrained }) => isUntrained).length,
  };
}

/** The prompt of the next turn after a conversation that the renderer has a form for, as tokens. */
export function tokenisePrompt(
  renderer: Renderer,
  conversation: Conversation,
  encoder: TokenEncoder,
): number[] {
  const messages = declaredChat(renderer, conversation);
  return promptTokens(renderer, renderer.prepare?.(messages) ?? messages, encoder);
}

/** The `stop` of a sample request. */
export function stopOf(
  { stop }: Renderer,
  encoder: Pick<TokenEncoder, 'specialId'>,
): readonly number[] | readonly string[] {
  return 'tokens' in stop ? stop.tokens.map((token) => encoder.specialId(token)) : [stop.text];
}
