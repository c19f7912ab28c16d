import type { RefusalReason } from '../contracts/tokens.js';
import type { Conversation } from '../convert/conversation/conversation.js';
import type { TrainOn } from '../recipe.js';
import { refusalOf } from './refusals.js';
import { renderConversation, renderPrompt, renderTrainedPrompt, type Part } from './render.js';
import type { PartContent, Renderer } from './renderer.js';

/** The parts of a tokenizer that rendering needs. */
export interface TokenEncoder {
  /** Ids of a text. Special tokens in it are plain text. */
  encode(text: string): readonly number[];
  /** Id of a special token. @throws where the tokenizer has none of that name. */
  specialId(token: string): number;
  /** The tokenizer's own beginning of a text; `null` where it has none. */
  readonly bos: string | null;
}

/** The tokens `[from, to)` of a part of a rendered conversation. */
export interface TokenisedPart {
  /** As of the part. */
  readonly message?: Part['message'] | undefined;
  readonly from: number;
  /** exclusive */
  readonly to: number;
}

export interface TokenisedConversation {
  /** Empty where the conversation is refused. */
  readonly tokens: readonly number[];
  /** 0 or 1 a token: whether it is trained. */
  readonly mask: readonly number[];
  readonly parts: readonly TokenisedPart[];
  /** Position of the first token of the last message's content. */
  readonly lastMessageAt: number;
  /** Indices of the messages whose reasoning the renderer leaves out, and which are context. */
  readonly reasoningLeftOut: readonly number[];
  /** Why the conversation is not trained; absent where it is. */
  readonly refusal?: RefusalReason;
}

/**
 * Tokens and loss mask of a conversation. Each part is encoded on its own, so that the mask has exact
 * borders. The modes that train the last turn leave out what the generation prompt holds, as the
 * cookbook does.
 */
export function tokeniseConversation(
  renderer: Renderer,
  conversation: Conversation,
  trainOn: TrainOn,
  encoder: TokenEncoder,
): TokenisedConversation {
  const refusal = refusalOf(renderer, conversation);
  if (refusal !== undefined) return refused(refusal);
  const rendered = renderConversation(renderer, conversation, trainOn, encoder.bos);
  const tokens: number[] = [];
  const mask: number[] = [];
  const parts: TokenisedPart[] = [];
  for (const part of rendered.parts) {
    const from = tokens.length;
    for (const id of idsOf(part, encoder)) {
      tokens.push(id);
      mask.push(part.weight);
    }
    parts.push({ message: part.message, from, to: tokens.length });
  }
  const lastMessageAt = parts[rendered.lastContentAt]?.from ?? 0;
  const prompt = renderTrainedPrompt(renderer, conversation, trainOn, encoder.bos);
  if (prompt !== undefined) {
    const ids = prompt.flatMap((part) => idsOf(part, encoder));
    const differsAt = ids.findIndex((id, at) => tokens[at] !== id);
    if (differsAt < 0) mask.fill(0, 0, ids.length);
    else if (renderer.disablesThinking)
      return refused(differsAt < lastMessageAt ? 'turn_of_several' : 'thinking_disabled');
  }
  return { tokens, mask, parts, lastMessageAt, reasoningLeftOut: rendered.reasoningLeftOut };
}

function refused(refusal: RefusalReason): TokenisedConversation {
  return { tokens: [], mask: [], parts: [], lastMessageAt: 0, reasoningLeftOut: [], refusal };
}

/** The prompt of the next turn after a conversation that the renderer has a form for, as tokens. */
export function tokenisePrompt(
  renderer: Renderer,
  conversation: Conversation,
  encoder: TokenEncoder,
): number[] {
  return renderPrompt(renderer, conversation, encoder.bos).flatMap((part) => idsOf(part, encoder));
}

/** The `stop` of a sample request. */
export function stopOf(renderer: Renderer, encoder: TokenEncoder): readonly number[] | readonly string[] {
  return 'token' in renderer.stop ? [encoder.specialId(renderer.stop.token)] : [renderer.stop.text];
}

/** Ids of one part of a rendered conversation. */
function idsOf(part: PartContent, encoder: TokenEncoder): readonly number[] {
  if ('special' in part) return [encoder.specialId(part.special)];
  return part.text === '' ? [] : encoder.encode(part.text);
}
