import type { Message } from '../convert/conversation.js';
import type { RendererName, TrainOn } from '../recipe.js';

/**
 * A part of a rendered conversation that is encoded on its own: text, in which special tokens are plain text,
 * or one special token. `weight` 1: it is trained.
 */
export type Part = PartContent & {
  readonly weight: 0 | 1;
  /** On the first part of the last message's content. */
  readonly startsLastMessage?: true;
  /** Index of its message; absent on what opens the conversation. */
  readonly message?: number;
};
export type PartContent = { readonly text: string } | { readonly special: string };

/** The place of a message in its conversation. */
interface Place {
  readonly index: number;
  readonly isLast: boolean;
  /** Of the conversation's last user message; -1 where there is none. */
  readonly lastUserIndex: number;
}

interface RenderedMessage {
  /** Names the role. Trained only with `all_tokens`. */
  readonly header: readonly PartContent[];
  /** The content and the end of the turn. */
  readonly output: readonly PartContent[];
  /** Trained after the last message only: completes a stop text that begins in `output`. */
  readonly overlap?: readonly PartContent[];
}

/** The format of a family of models. Follows `tinker_cookbook/renderers`, 0.6.1. */
export interface Renderer {
  readonly name: RendererName;
  /** Opens every conversation; `bos` is the tokenizer's own, where it has one. */
  start(bos: string | null): readonly PartContent[];
  message(message: Message, place: Place): RenderedMessage;
  /** Opens the turn that the model generates. */
  generationHeader(place: Place): readonly PartContent[];
  /** Where sampling stops. */
  readonly stop: { readonly token: string } | { readonly text: string };
  /** Why a conversation cannot be rendered; `undefined` where it can. */
  refusal?(messages: readonly Message[]): string | undefined;
  /**
   * True where the generation prompt forbids reasoning, so that a turn that reasons must not be trained after
   * it.
   */
  readonly disablesThinking: boolean;
}

function lastUserIndexOf(messages: readonly Message[]): number {
  return messages.findLastIndex((message) => message.role === 'user');
}

function placesOf(messages: readonly Message[]): Place[] {
  const lastUserIndex = lastUserIndexOf(messages);
  return messages.map((_, index) => ({ index, isLast: index === messages.length - 1, lastUserIndex }));
}

/** A conversation, with the weight of each part. */
export function renderConversation(
  renderer: Renderer,
  messages: readonly Message[],
  trainOn: TrainOn,
  bos: string | null,
): Part[] {
  const parts: Part[] = renderer.start(bos).map((part) => ({ ...part, weight: 0 }));
  const turnStart = lastUserIndexOf(messages.slice(0, -1)) + 1;
  for (const [index, place] of placesOf(messages).entries()) {
    const message = messages[index];
    if (message === undefined) continue;
    const { header, output, overlap = [] } = renderer.message(message, place);
    const weight = isTrained(message, place, trainOn, turnStart) ? 1 : 0;
    const own = { message: index } as const;
    for (const part of header) parts.push({ ...part, ...own, weight: trainOn === 'all_tokens' ? 1 : 0 });
    for (const [at, part] of output.entries())
      parts.push({
        ...part,
        ...own,
        weight,
        ...(place.isLast && at === 0 ? { startsLastMessage: true } : {}),
      });
    if (place.isLast) for (const part of overlap) parts.push({ ...part, ...own, weight });
  }
  return parts;
}

function isTrained(message: Message, place: Place, trainOn: TrainOn, turnStart: number): boolean {
  const isAssistant = message.role === 'assistant';
  switch (trainOn) {
    case 'last_assistant_message':
      return isAssistant && place.isLast;
    case 'last_assistant_turn':
      return isAssistant && place.index >= turnStart;
    case 'all_assistant_messages':
      return isAssistant;
    case 'all_messages':
    case 'all_tokens':
      return true;
  }
}

/** The prompt of the next turn after `messages`. */
export function renderPrompt(
  renderer: Renderer,
  messages: readonly Message[],
  bos: string | null,
): PartContent[] {
  const parts = [...renderer.start(bos)];
  for (const [index, place] of placesOf(messages).entries()) {
    const message = messages[index];
    if (message === undefined) continue;
    const { header, output } = renderer.message(message, place);
    parts.push(...header, ...output);
  }
  const next = { index: messages.length, isLast: true, lastUserIndex: lastUserIndexOf(messages) };
  return [...parts, ...renderer.generationHeader(next)];
}

/**
 * How many messages the generation prompt of the trained turn holds, for the modes that train the turn that
 * sampling would produce; `undefined` for the others.
 */
export function promptLength(messages: readonly Message[], trainOn: TrainOn): number | undefined {
  let boundary: number;
  if (trainOn === 'last_assistant_message') boundary = messages.length - 1;
  else if (trainOn === 'last_assistant_turn') boundary = lastUserIndexOf(messages) + 1;
  else return undefined;
  return messages[boundary]?.role === 'assistant' ? boundary : undefined;
}
