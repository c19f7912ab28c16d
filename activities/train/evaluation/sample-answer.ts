import type { Answer } from '../../../core/contracts/evaluation.js';
import type { Message } from '../../../core/convert/conversation/conversation.js';
import { defined } from '../../../core/defined.js';
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
  const text = encoder.decode(sequence?.tokens ?? []);
  return {
    prompt: messages.at(-1)?.content ?? '',
    answer: contentOf(text, renderer),
    stopReason: sequence?.stopReason ?? 'length',
  };
}

/** The content of a sampled turn: without the stop text and an empty think block. */
function contentOf(text: string, renderer: Renderer): string {
  const end = 'text' in renderer.stop ? text.indexOf(renderer.stop.text) : -1;
  return (end < 0 ? text : text.slice(0, end)).replace(/^\s*<think>\s*<\/think>/, '').trim();
}
