/** One training example as `cross_entropy` takes it; all three have the same length. */
export interface TrainingDatum {
  readonly tokens: Int32Array;
  /** Shifted: `targetTokens[t]` follows `tokens[t]`. */
  readonly targetTokens: Int32Array;
  /**
   * Sum to 1 (the cookbook's reduction "mean"), so that the gradient does not grow with a conversation's
   * length.
   */
  readonly weights: Float32Array;
}

/**
 * The datum of a tokenised conversation: cut right to `maxTokens` before the shift, as the cookbook's
 * `datum_from_model_input_weights` does. `undefined` where fewer than two tokens or no trained one are left.
 *
 * @param mask - 0 or 1 a token.
 */
export function buildDatum(
  tokens: ArrayLike<number>,
  mask: ArrayLike<number>,
  maxTokens: number,
): TrainingDatum | undefined {
  const length = Math.min(tokens.length, maxTokens);
  const trained = trainedTokens(mask, length);
  if (length < 2 || trained === 0) return undefined;
  const weight = Math.fround(1 / trained);
  return {
    tokens: Int32Array.from({ length: length - 1 }, (_, at) => tokens[at] ?? 0),
    targetTokens: Int32Array.from({ length: length - 1 }, (_, at) => tokens[at + 1] ?? 0),
    weights: Float32Array.from({ length: length - 1 }, (_, at) => (mask[at + 1] ? weight : 0)),
  };
}

/** Trained targets of a conversation cut to `length` tokens: the first token is never a target. */
export function trainedTokens(mask: ArrayLike<number>, length: number): number {
  let count = 0;
  for (let at = 1; at < length && at < mask.length; at += 1) count += mask[at] ? 1 : 0;
  return count;
}

/** Mean NLL of a batch, in nats a trained token: −Σ lp·w / Σw, with the weights that were trained with. */
export function meanNll(
  batch: readonly { readonly weights: ArrayLike<number>; readonly logprobs: ArrayLike<number> }[],
): number {
  let weighted = 0;
  let total = 0;
  for (const { weights, logprobs } of batch)
    for (let at = 0; at < weights.length; at += 1) {
      const weight = weights[at] ?? 0;
      if (weight === 0) continue;
      weighted -= weight * (logprobs[at] ?? Number.NaN);
      total += weight;
    }
  return weighted / total;
}
