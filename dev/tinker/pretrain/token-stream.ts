import { pretrainingText } from '../../corpora/pretraining-text.js';
import type { SeededRandom } from '../model/random.js';
import { loadTokenizer } from '../model/tokenizer.js';
import type { Batch } from './full-gradients.js';

/** Documents one after another, each ended by `<|endoftext|>`. */
export interface TokenStream {
  readonly tokens: Int32Array;
  /** Where documents begin. */
  readonly starts: readonly number[];
}

export async function tokenStream(modelDir: string, seed: number, bytes: number): Promise<TokenStream> {
  const tokenizer = await loadTokenizer(modelDir);
  const end = tokenizer.token_to_id('<|endoftext|>') ?? 0;
  const tokens: number[] = [];
  const starts: number[] = [];
  for (const document of pretrainingText(seed, bytes)) {
    starts.push(tokens.length);
    tokens.push(...tokenizer.encode(document, { add_special_tokens: false }).ids, end);
  }
  return { tokens: Int32Array.from(tokens), starts };
}

/** Windows that begin where a document begins, as fine-tuning examples do, and run on into the next ones. */
export function drawBatch(stream: TokenStream, random: SeededRandom, rows: number, length: number): Batch {
  const inputs = new Int32Array(rows * length);
  const targets = new Int32Array(rows * length);
  const possible = stream.starts.filter((start) => start + length < stream.tokens.length);
  for (let row = 0; row < rows; row += 1) {
    const from = possible[random.below(possible.length)] ?? 0;
    inputs.set(stream.tokens.subarray(from, from + length), row * length);
    targets.set(stream.tokens.subarray(from + 1, from + 1 + length), row * length);
  }
  return { rows, length, inputs, targets };
}
