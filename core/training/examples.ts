import { refusalReasons, type RefusalReason } from '../contracts/tokens.js';
import type { Conversation } from '../convert/conversation/conversation.js';
import type { ExampleForm, TrainOn } from '../recipe.js';
import { formRefusalOf } from './refusals.js';
import { declaredChat } from './rendering/declared-chat.js';
import type { Renderer } from './rendering/renderer.js';
import type { TokenEncoder } from './rendering/token-encoder.js';
import { trainedMessages } from './rendering/trained-messages.js';
import { tokeniseConversation, type TokenisedConversation } from './tokens.js';

/** What of a conversation is trained, and in which examples. */
export interface ExampleRules {
  readonly trainOn: TrainOn;
  readonly examples: ExampleForm;
}

/** A conversation, or its beginning up to the turn that is trained. */
export interface Example extends TokenisedConversation {
  /** How many messages of the conversation it holds. */
  readonly messages: number;
}

export interface ConversationExamples {
  /** Those with tokens, in the order of their turns. */
  readonly examples: readonly Example[];
  /** Why there are none; absent where there are some, and where the conversation has no turn to train. */
  readonly refusal?: RefusalReason;
  /** Turns that the renderer refuses, where it trains others of the conversation. */
  readonly refusedTurns: readonly RefusedTurn[];
}

interface RefusedTurn {
  /** Index of the message that would be trained. */
  readonly message: number;
  readonly reason: RefusalReason;
}

/**
 * The training examples of a conversation. With `turn` and a renderer that writes earlier turns otherwise
 * than the last one, each trained message is the end of an example of its own, as in the cookbook's
 * `build_supervised_examples`; else the conversation is one.
 */
export function tokeniseExamples(
  renderer: Renderer,
  conversation: Conversation,
  rules: ExampleRules,
  encoder: TokenEncoder,
): ConversationExamples {
  if (!isSplit(renderer, rules)) {
    const whole = tokeniseConversation(renderer, conversation, rules.trainOn, encoder);
    if (whole.refusal !== undefined) return { examples: [], refusal: whole.refusal, refusedTurns: [] };
    return { examples: [{ ...whole, messages: conversation.messages.length }], refusedTurns: [] };
  }
  const turns = turnsOf(renderer, conversation, rules.trainOn, encoder);
  if (typeof turns === 'string') return { examples: [], refusal: turns, refusedTurns: [] };
  const tokenised = turns.map((last): Example => {
    const beginning = { ...conversation, messages: conversation.messages.slice(0, last + 1) };
    const own = tokeniseConversation(renderer, beginning, 'last_assistant_message', encoder);
    return { ...own, messages: last + 1 };
  });
  const examples = tokenised.filter(({ refusal }) => refusal === undefined);
  const refusedTurns = tokenised.flatMap(({ refusal: reason, messages }): RefusedTurn[] =>
    reason === undefined ? [] : [{ message: messages - 1, reason }],
  );
  const first = refusalReasons.find((each) => refusedTurns.some(({ reason }) => reason === each));
  if (examples.length > 0 || first === undefined) return { examples, refusedTurns };
  return { examples, refusal: first, refusedTurns: [] };
}

/** Whether the turns of a conversation are examples of their own. */
export function isSplit(
  { rewritesHistory }: Renderer,
  { examples }: Pick<ExampleRules, 'examples'>,
): boolean {
  return examples === 'turn' && rewritesHistory;
}

/** Indices of the messages that are trained; the reason, where the renderer has no form for one of them. */
function turnsOf(
  renderer: Renderer,
  conversation: Conversation,
  trainOn: TrainOn,
  { bos }: TokenEncoder,
): readonly number[] | RefusalReason {
  const messages = declaredChat(renderer, conversation);
  const refusal = formRefusalOf(renderer, conversation) ?? renderer.refusal?.(messages);
  if (refusal !== undefined) return refusal;
  const prepared = renderer.prepare?.(messages) ?? messages;
  const chat = renderer.write(prepared, { bos, purpose: 'training', whole: prepared });
  const inMode = trainedMessages(renderer, chat, trainOn);
  return chat.messages.flatMap(({ message: { from } }, index) =>
    inMode(index) && typeof from === 'number' && conversation.messages[from]?.weight !== 0 ? [from] : [],
  );
}
