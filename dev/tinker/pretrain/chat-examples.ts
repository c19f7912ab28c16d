import type { Turn } from '../../corpora/talk.js';
import type { Example } from '../model/jax-engine.js';
import { loadTokenizer } from '../model/tokenizer.js';

/**
 * Makes training examples of chats, in ChatML with every assistant message trained on; the weights of each
 * sum to 1. A chat longer than `maxTokens` is cut on the right.
 */
export async function chatExamples(
  modelDir: string,
  maxTokens: number,
): Promise<(messages: readonly Turn[]) => Example> {
  const tokenizer = await loadTokenizer(modelDir);
  const encode = (text: string) => tokenizer.encode(text, { add_special_tokens: false }).ids;
  return (messages) => {
    const ids: number[] = [];
    const trained: number[] = [];
    for (const { role, content } of messages) {
      const head = encode(`<|im_start|>${role}\n`);
      const body = encode(`${content}<|im_end|>`);
      ids.push(...head, ...body, ...encode('\n'));
      trained.push(...head.map(() => 0), ...body.map(() => (role === 'assistant' ? 1 : 0)), 0);
    }
    const cut = Math.min(ids.length, maxTokens);
    const weights = trained.slice(1, cut);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return {
      tokens: Int32Array.from(ids.slice(0, cut - 1)),
      targets: Int32Array.from(ids.slice(1, cut)),
      weights: Float32Array.from(weights, (weight) => weight / Math.max(1, sum)),
    };
  };
}
