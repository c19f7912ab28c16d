import { refusalReasons, type RefusalReason } from '../contracts/tokens.js';
import type { Conversation } from '../convert/conversation/conversation.js';
import type { RendererName, TrainOn } from '../recipe.js';
import type { Renderer } from './rendering/renderer.js';
import type { TokenEncoder } from './rendering/token-encoder.js';
import { tokeniseConversation } from './tokens.js';

/** Conversations that a training would refuse for one reason. */
export interface ForecastRefusal {
  readonly renderer: RendererName;
  readonly reason: RefusalReason;
  readonly rows: number;
}

/** Which conversations a training would refuse, without its tokenizer; in the order of `refusalReasons`. */
export function forecastRefusals(
  renderer: Renderer,
  trainOn: TrainOn,
  conversations: readonly Conversation[],
): readonly ForecastRefusal[] {
  const encoder = characters();
  const found = conversations.map(
    (conversation) => tokeniseConversation(renderer, conversation, trainOn, encoder).refusal,
  );
  return refusalReasons.flatMap((reason) => {
    const rows = found.filter((each) => each === reason).length;
    return rows === 0 ? [] : [{ renderer: renderer.name, reason, rows }];
  });
}

/**
 * A UTF-16 code unit is a token, and so are line breaks in a row, as in Qwen's tokenizer, and any control
 * token. They suffice to compare a prompt with what is trained after it.
 */
function characters(): TokenEncoder {
  const texts: string[] = [];
  const ids = new Map<string, number>();
  const idOf = (text: string): number => {
    const id = ids.get(text) ?? ids.size;
    if (id === ids.size) {
      ids.set(text, id);
      texts.push(text);
    }
    return id;
  };
  return {
    bos: null,
    encode: (text) => Array.from(text.matchAll(/\n+|[^]/g), ([token]) => idOf(token)),
    decode: (tokens) => tokens.map((id) => texts[id] ?? '').join(''),
    specialId: idOf,
  };
}
