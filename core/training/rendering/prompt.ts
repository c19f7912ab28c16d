import type { TrainOn } from '../../recipe.js';
import { lastUserIndex, type ChatMessage } from './chat.js';
import type { Renderer } from './renderer.js';
import { idsOf } from './piece-tokens.js';
import type { TokenEncoder } from './token-encoder.js';

/**
 * The prompt of the turn behind messages, as tokens.
 *
 * @param messages - prepared ones.
 * @param whole - the conversation that they begin.
 */
export function promptTokens(
  renderer: Renderer,
  messages: readonly ChatMessage[],
  encoder: TokenEncoder,
  whole: readonly ChatMessage[] = messages,
): number[] {
  const chat = renderer.write(messages, { bos: encoder.bos, purpose: 'prompt', whole });
  const pieces = [
    ...chat.start,
    ...chat.messages.flatMap(({ header, output }) => [...header, ...output]),
    ...chat.generation,
  ];
  return pieces.flatMap((piece) => idsOf(piece, encoder));
}

/**
 * How many messages stand in the prompt of the trained turn, for the modes that train the turn that sampling
 * would produce; `undefined` for the others, and where an assistant's message does not follow.
 */
export function messagesBeforeTrained(
  messages: readonly ChatMessage[],
  trainOn: TrainOn,
): number | undefined {
  if (trainOn !== 'last_assistant_message' && trainOn !== 'last_assistant_turn') return undefined;
  const count = trainOn === 'last_assistant_turn' ? lastUserIndex(messages) + 1 : messages.length - 1;
  return messages[count]?.role === 'assistant' ? count : undefined;
}
