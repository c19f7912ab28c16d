import type { Answer } from '../../../core/contracts/evaluation.js';
import type { Message } from '../../../core/convert/conversation.js';
import type { Renderer } from '../../../core/training/renderer.js';
import { stopOf, tokenisePrompt } from '../../../core/training/tokens.js';
import type { SamplingClient } from '../../../tinker/index.js';
import type { TextEncoder } from '../../tokenise/tokenizer/text-encoder.js';

export interface AnswerOptions {
  readonly renderer: Renderer;
  readonly encoder: TextEncoder;
  readonly maxTokens: number;
  /** 0: greedy. */
  readonly temperature: number;
  readonly seed?: number;
  readonly signal: AbortSignal;
}

/** Lets a model speak the next turn of a conversation. */
export async function answer(
  client: SamplingClient,
  messages: readonly Message[],
  { renderer, encoder, maxTokens, temperature, seed, signal }: AnswerOptions,
): Promise<Answer> {
  const { sequences } = await client.sample({
    promptTokens: tokenisePrompt(renderer, messages, encoder),
    maxTokens,
    temperature,
    stop: stopOf(renderer, encoder),
    ...(seed === undefined ? {} : { seed }),
    signal,
  });
  const [sequence] = sequences;
  const text = encoder.decode(sequence?.tokens ?? []);
  return {
    prompt: messages.at(-1)?.content ?? '',
    answer: spoken(text, renderer),
    stopReason: sequence?.stopReason ?? 'length',
  };
}

/** The words alone: without a stop text and an empty think block. */
function spoken(text: string, renderer: Renderer): string {
  const end = 'text' in renderer.stop ? text.indexOf(renderer.stop.text) : -1;
  return (end < 0 ? text : text.slice(0, end)).replace(/^\s*<think>\s*<\/think>/, '').trim();
}
