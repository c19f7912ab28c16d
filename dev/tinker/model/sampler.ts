import { Decoder, logprobOf, type MergedModel } from './decoder.js';
import { SeededRandom } from './random.js';

export interface SamplingParams {
  /** Most tokens to sample; what the context leaves, by default. */
  readonly maxTokens: number | undefined;
  readonly seed: number;
  /** 0 = greedy. */
  readonly temperature: number;
  /** Only the k likeliest tokens; −1 = all. */
  readonly topK: number;
  /** Only the likeliest tokens that together reach this probability. */
  readonly topP: number;
  readonly stop: StopRule;
}

/** Tokens and texts that end a sample. They are part of the answer, as on the hosted service. */
export interface StopRule {
  readonly tokens: readonly number[];
  readonly strings: readonly string[];
}

interface SampledSequence {
  readonly stopReason: 'stop' | 'length';
  readonly tokens: Int32Array;
  /** Under the model itself: temperature, topK and topP do not change them. */
  readonly logprobs: Float32Array;
}

export interface SampleResult {
  readonly sequences: readonly SampledSequence[];
  /** Of each prompt token given those before it; the first is NaN. */
  readonly promptLogprobs: Float32Array | undefined;
}

export interface SampleRequest {
  readonly prompt: Int32Array;
  readonly numSamples: number;
  readonly promptLogprobs: boolean;
  readonly params: SamplingParams;
}

/**
 * Samples `numSamples` continuations; sample i draws from stream i of the seed. `decode` is for stop strings.
 */
export function sample(
  model: MergedModel,
  request: SampleRequest,
  decode: (tokens: readonly number[]) => string,
): SampleResult {
  const { prompt, params } = request;
  const room = model.config.contextLength - prompt.length;
  const maxTokens = Math.min(params.maxTokens ?? room, room);
  const reader = new Decoder(model, prompt.length);
  const promptLogprobs = new Float32Array(prompt.length).fill(NaN);
  let logits = new Float32Array();
  for (const [i, token] of prompt.entries()) {
    if (i > 0 && request.promptLogprobs) promptLogprobs[i] = logprobOf(logits, token);
    logits = new Float32Array(reader.next(token));
  }
  const sequences = Array.from({ length: request.numSamples }, (_, index) =>
    continueFrom(
      reader.fork(prompt.length + maxTokens),
      logits,
      maxTokens,
      params,
      new SeededRandom(params.seed, index),
      decode,
    ),
  );
  return { sequences, promptLogprobs: request.promptLogprobs ? promptLogprobs : undefined };
}

function continueFrom(
  decoder: Decoder,
  first: Float32Array,
  maxTokens: number,
  params: SamplingParams,
  random: SeededRandom,
  decode: (tokens: readonly number[]) => string,
): SampledSequence {
  const tokens: number[] = [];
  const logprobs: number[] = [];
  let logits = first;
  let stopReason: 'stop' | 'length' = 'length';
  while (tokens.length < maxTokens) {
    const token = chooseToken(logits, params, random);
    tokens.push(token);
    logprobs.push(logprobOf(logits, token));
    if (params.stop.tokens.includes(token) || endsInString(tokens, params.stop.strings, decode)) {
      stopReason = 'stop';
      break;
    }
    if (tokens.length < maxTokens) logits = decoder.next(token);
  }
  return { stopReason, tokens: Int32Array.from(tokens), logprobs: Float32Array.from(logprobs) };
}

function endsInString(
  tokens: readonly number[],
  strings: readonly string[],
  decode: (tokens: readonly number[]) => string,
): boolean {
  if (strings.length === 0) return false;
  const text = decode(tokens);
  return strings.some((stop) => text.includes(stop));
}

/** The next token. Ties go to the lower token id, so that greedy answers are the same everywhere. */
export function chooseToken(
  logits: Float32Array,
  { temperature, topK, topP }: Pick<SamplingParams, 'temperature' | 'topK' | 'topP'>,
  random: SeededRandom,
): number {
  const order = Array.from(logits, (_, token) => token);
  if (temperature === 0)
    return order.reduce((best, token) => (at(logits, token) > at(logits, best) ? token : best));
  order.sort((a, b) => at(logits, b) - at(logits, a) || a - b);
  const largest = at(logits, order[0] ?? 0);
  const kept = topK > 0 ? order.slice(0, topK) : order;
  const masses = kept.map((token) => Math.exp((at(logits, token) - largest) / temperature));
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  let allowed = 0;
  let reached = 0;
  while (allowed < kept.length && (allowed === 0 || reached < topP * total)) {
    reached += masses[allowed] ?? 0;
    allowed += 1;
  }
  let left = random.uniform() * reached;
  for (let i = 0; i < allowed - 1; i += 1) {
    left -= masses[i] ?? 0;
    if (left < 0) return kept[i] ?? 0;
  }
  return kept[allowed - 1] ?? 0;
}

function at(logits: Float32Array, token: number): number {
  return logits[token] ?? -Infinity;
}
