import type { Message } from '../convert/conversation.js';
import type { TrainOn } from '../recipe.js';
import {
  promptLength,
  renderConversation,
  renderPrompt,
  type PartContent,
  type Renderer,
} from './renderer.js';

/** The parts of a tokenizer that rendering needs. */
export interface TokenEncoder {
  /** Ids of a text. Special tokens in it are plain text. */
  encode(text: string): readonly number[];
  /** Id of a special token. @throws where the tokenizer has none of that name. */
  specialId(token: string): number;
  /** The tokenizer's own beginning of a text; `null` where it has none. */
  readonly bos: string | null;
}

export interface TokenisedConversation {
  readonly tokens: readonly number[];
  /** 0 or 1 a token: whether it is trained. */
  readonly mask: readonly number[];
  /** Position of the first token of the last message's content. */
  readonly lastMessageAt: number;
  /** Why nothing of it is trained; absent where something may be. */
  readonly refusal?: string;
}

/**
 * Tokens and loss mask of a conversation. Each part is encoded on its own, so that the mask has exact
 * borders. The modes that train the last turn leave out what the generation prompt holds, as the
 * cookbook does.
 */
export function tokeniseConversation(
  renderer: Renderer,
  messages: readonly Message[],
  trainOn: TrainOn,
  encoder: TokenEncoder,
): TokenisedConversation {
  const tokens: number[] = [];
  const mask: number[] = [];
  let lastMessageAt = 0;
  for (const part of renderConversation(renderer, messages, trainOn, encoder.bos)) {
    if (part.startsLastMessage === true) lastMessageAt = tokens.length;
    const ids = idsOf(part, encoder);
    for (const id of ids) {
      tokens.push(id);
      mask.push(part.weight);
    }
  }
  const refuse = (refusal: string): TokenisedConversation => ({
    tokens,
    mask: mask.map(() => 0),
    lastMessageAt,
    refusal,
  });
  const refusal = renderer.refusal?.(messages);
  if (refusal !== undefined) return refuse(refusal);

  const boundary = promptLength(messages, trainOn);
  if (boundary === undefined) return { tokens, mask, lastMessageAt };
  const prompt = tokenisePrompt(renderer, messages.slice(0, boundary), encoder);
  if (prompt.every((id, at) => tokens[at] === id)) mask.fill(0, 0, prompt.length);
  else if (renderer.disablesThinking)
    return refuse('the trained turn reasons, but the generation prompt of this renderer forbids it');
  return { tokens, mask, lastMessageAt };
}

/** The prompt of the next turn, as tokens. */
export function tokenisePrompt(
  renderer: Renderer,
  messages: readonly Message[],
  encoder: TokenEncoder,
): number[] {
  return renderPrompt(renderer, messages, encoder.bos).flatMap((part) => idsOf(part, encoder));
}

/** The `stop` of a sample request. */
export function stopOf(renderer: Renderer, encoder: TokenEncoder): readonly number[] | readonly string[] {
  return 'token' in renderer.stop ? [encoder.specialId(renderer.stop.token)] : [renderer.stop.text];
}

/** Ids of one part of a rendered conversation. */
export function idsOf(part: PartContent, encoder: TokenEncoder): readonly number[] {
  if ('special' in part) return [encoder.specialId(part.special)];
  return part.text === '' ? [] : encoder.encode(part.text);
}
