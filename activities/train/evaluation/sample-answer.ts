import type { Answer } from '../../../core/contracts/evaluation.js';
import type { Message } from '../../../core/convert/conversation/conversation.js';
import { defined } from '../../../core/defined.js';
import type { Renderer } from '../../../core/training/rendering/renderer.js';
import { stopOf, tokenisePrompt } from '../../../core/training/tokens.js';
import type { SamplingClient } from '../../../tinker/index.js';
import type { TextEncoder } from '../../tokenise/tokenizer/text-encoder.js';
import { answerOf } from './answer-of.js';

export interface AnswerOptions {
  readonly renderer: Renderer;
  readonly encoder: TextEncoder;
  readonly maxTokens: number;
  /** 0: greedy. */
  readonly temperature: number;
  readonly seed?: number;
  readonly signal: AbortSignal;
}

/** Samples the assistant's next turn of a conversation. */
export async function sampleAnswer(
  client: SamplingClient,
  messages: readonly Message[],
  { renderer, encoder, maxTokens, temperature, seed, signal }: AnswerOptions,
): Promise<Answer> {
  const { sequences } = await client.sample({
    promptTokens: tokenisePrompt(renderer, { messages }, encoder),
    maxTokens,
    temperature,
    stop: stopOf(renderer, encoder),
    signal,
    ...defined({ seed }),
  });
  const [sequence] = sequences;
  return {
    prompt: messages.at(-1)?.content ?? '',
    answer: answerOf(renderer, sequence?.tokens ?? [], encoder),
    stopReason: sequence?.stopReason ?? 'length',
  };
}
