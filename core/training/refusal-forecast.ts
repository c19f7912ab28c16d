import { refusalReasons, type RefusalReason } from '../contracts/tokens.js';
import type { Conversation } from '../convert/conversation/conversation.js';
import type { RendererName, TrainOn } from '../recipe.js';
import { rendererNamed } from './renderers.js';
import { tokeniseConversation, type TokenEncoder } from './tokens.js';

/** Conversations that a training would refuse for one reason. */
export interface ForecastRefusal {
  readonly renderer: RendererName;
  readonly reason: RefusalReason;
  readonly rows: number;
}

/** Which conversations a training would refuse, without its tokenizer; in the order of `refusalReasons`. */
export function forecastRefusals(
  renderer: RendererName,
  trainOn: TrainOn,
  conversations: readonly Conversation[],
): readonly ForecastRefusal[] {
  const found = conversations.map(
    (conversation) =>
      tokeniseConversation(rendererNamed(renderer), conversation, trainOn, characters).refusal,
  );
  return refusalReasons.flatMap((reason) => {
    const rows = found.filter((each) => each === reason).length;
    return rows === 0 ? [] : [{ renderer, reason, rows }];
  });
}

/**
 * A character is a token, and so are line breaks in a row, as in Qwen's tokenizer, and any special token.
 * They suffice to compare a prompt with what is trained after it.
 */
const characters: TokenEncoder = {
  bos: null,
  encode: (text) => Array.from(text.matchAll(/\n+|[^]/g), ([token]) => idOf(token)),
  specialId: () => -1,
};

function idOf(token: string): number {
  return token.length === 1 ? token.charCodeAt(0) : 0x10000 + token.length;
}
