import { TinkerError } from './errors.js';

/** A dense tensor. Without `shape` it is one-dimensional. */
export interface Tensor {
  readonly dtype: 'float32' | 'int64';
  readonly data: ArrayLike<number>;
  readonly shape?: readonly number[];
}

/** One training example: input tokens, and the tensors of the loss. */
export interface Datum {
  readonly tokens: ArrayLike<number>;
  readonly lossInputs: Readonly<Record<string, Tensor>>;
}

/**
 * A datum for `cross_entropy`. All three have the input's length; the targets are shifted already.
 * The server's loss is −Σ logprob · weight, so the scale of the weights is the scale of the gradient.
 */
export function crossEntropyDatum(
  tokens: ArrayLike<number>,
  targetTokens: ArrayLike<number>,
  weights: ArrayLike<number>,
): Datum {
  return {
    tokens,
    lossInputs: {
      weights: { dtype: 'float32', data: weights },
      target_tokens: { dtype: 'int64', data: targetTokens },
    },
  };
}

/** Bytes of a datum by the chunking rule: 4 a token, plus its dense tensors. */
function estimatedBytes(datum: Datum): number {
  let bytes = 4 * datum.tokens.length;
  for (const { dtype, data } of Object.values(datum.lossInputs))
    bytes += data.length * (dtype === 'int64' ? 8 : 4);
  return bytes;
}

/**
 * Makes the server's checks before a sequence id is taken: a gap in the sequence can block a run for good.
 *
 * @throws {TinkerError} invalid.
 */
export function checkDatum(datum: Datum, lossFn: string, index: number): void {
  const refuse = (why: string): never => {
    throw new TinkerError('invalid', `Datum ${index} is refused before it is sent: ${why}`);
  };
  const { tokens, lossInputs } = datum;
  if (tokens.length === 0) refuse('it has no tokens');
  for (let at = 0; at < tokens.length; at += 1)
    if (!isTokenId(tokens[at])) refuse(`token ${at} is ${tokens[at]}`);
  for (const [name, { dtype, data, shape }] of Object.entries(lossInputs)) {
    if (shape !== undefined && shape.reduce((size, axis) => size * axis, 1) !== data.length)
      refuse(`${name} has ${data.length} values, but shape [${shape.join(', ')}]`);
    for (let at = 0; at < data.length; at += 1) {
      const value = data[at];
      if (dtype === 'int64' ? !Number.isSafeInteger(value) : !Number.isFinite(value))
        refuse(`${name}[${at}] is ${value}`);
    }
  }
  if (lossFn !== 'cross_entropy') return;
  for (const name of ['target_tokens', 'weights']) {
    const length = lossInputs[name]?.data.length;
    if (length !== tokens.length) refuse(`${name} has ${length ?? 'no'} values for ${tokens.length} tokens`);
  }
}

function isTokenId(value: number | undefined): boolean {
  return Number.isInteger(value) && (value ?? -1) >= 0 && (value ?? 0) < 2 ** 31;
}

/** Limits of one request, from `client/config`. */
export interface ChunkLimits {
  readonly maxDatums: number;
  readonly maxBytes: number;
}

/**
 * Cuts a batch into requests, in order. A datum is not split: one above the limits is a request of its own.
 */
export function chunkDatums(datums: readonly Datum[], limits: ChunkLimits): Datum[][] {
  const chunks: Datum[][] = [];
  let current: Datum[] = [];
  let bytes = 0;
  for (const datum of datums) {
    const size = estimatedBytes(datum);
    if (current.length > 0 && (current.length >= limits.maxDatums || bytes + size > limits.maxBytes)) {
      chunks.push(current);
      current = [];
      bytes = 0;
    }
    current.push(datum);
    bytes += size;
  }
  if (current.length > 0) chunks.push(current);
  return chunks;
}
