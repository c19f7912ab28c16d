import { nn, numpy as np } from '@jax-js/jax';
import { unembedName } from './base-model.js';
import type { ModelConfig } from './config.js';
import { loraNames } from './lora.js';

/** Named arrays; every key is always present in the same order, or jit would trace again. */
export type ArrayTree = Record<string, np.Array>;

/** Weights of one evaluation. `adapters` may be empty; `scale` is alpha / rank. */
export interface TracedWeights {
  readonly base: ArrayTree;
  readonly adapters: ArrayTree;
  readonly scale: number;
}

/**
 * Qwen3's log-probability of each target token, `[rows, length]`, from embedded inputs `[rows, length,
 * hidden]`.
 *
 * Consumes `embedded` and `targets`; the weights stay the caller's. Attention is causal, so padding on the
 * right needs no mask. Source of the architecture: `modeling_qwen3.py` of transformers.
 */
export function targetLogprobs(
  config: ModelConfig,
  weights: TracedWeights,
  embedded: np.Array,
  targets: np.Array,
): np.Array {
  const [rows = 0, length = 0, hidden = 0] = embedded.shape;
  const positions = positionTables(config, length);
  let x = embedded.reshape([rows * length, hidden]);
  for (let layer = 0; layer < config.layers; layer += 1) {
    const at = `model.layers.${layer}`;
    const attended = attention(config, weights, positions, at, rows, length, x.ref);
    x = x.add(attended);
    x = x.ref.add(mlp(config, weights, at, x));
  }
  positions.cos.dispose();
  positions.sin.dispose();
  positions.rotate.dispose();
  positions.future.dispose();
  x = rmsNorm(x, weight(weights, 'model.norm.weight'), config.rmsNormEps);
  const logits = linear(weights, unembedName(config), x);
  const picked = np.equal(targets.reshape([rows * length, 1]), np.arange(config.vocabSize));
  const target = np.where(picked, logits.ref, 0).sum(1);
  return target.sub(nn.logsumexp(logits, 1)).reshape([rows, length]);
}

interface PositionTables {
  readonly cos: np.Array;
  readonly sin: np.Array;
  /** Rotate-half as a matrix: x @ rotate = concat(-x2, x1). Cheaper than slices, whose gradients are pads. */
  readonly rotate: np.Array;
  /**
   * Added to attention scores: 0 for keys up to the query's position, −1e9 for later ones. Data, and not a
   * comparison of two `arange`, because jit of jax-js 0.1.25 gives wrong gradients where such a mask is fused
   * into a reduction.
   */
  readonly future: np.Array;
}

function positionTables(config: ModelConfig, length: number): PositionTables {
  const { headDim } = config;
  const half = headDim / 2;
  const cos = new Float32Array(length * headDim);
  const sin = new Float32Array(length * headDim);
  for (let position = 0; position < length; position += 1)
    for (let i = 0; i < headDim; i += 1) {
      const angle = position * config.ropeTheta ** ((-2 * (i % half)) / headDim);
      cos[position * headDim + i] = Math.cos(angle);
      sin[position * headDim + i] = Math.sin(angle);
    }
  const rotate = new Float32Array(headDim * headDim);
  for (let i = 0; i < half; i += 1) {
    rotate[(i + half) * headDim + i] = -1;
    rotate[i * headDim + i + half] = 1;
  }
  const future = new Float32Array(length * length);
  for (let query = 0; query < length; query += 1)
    future.fill(-1e9, query * length + query + 1, (query + 1) * length);
  return {
    cos: np.array(cos, { shape: [1, length, 1, headDim] }),
    sin: np.array(sin, { shape: [1, length, 1, headDim] }),
    rotate: np.array(rotate, { shape: [headDim, headDim] }),
    future: np.array(future, { shape: [length, length] }),
  };
}

function attention(
  config: ModelConfig,
  weights: TracedWeights,
  positions: PositionTables,
  at: string,
  rows: number,
  length: number,
  x: np.Array,
): np.Array {
  const { heads, kvHeads, headDim, rmsNormEps } = config;
  const groups = heads / kvHeads;
  const h = rmsNorm(x, weight(weights, `${at}.input_layernorm.weight`), rmsNormEps);
  const split = (projection: string, count: number) =>
    linear(weights, `${at}.self_attn.${projection}.weight`, h.ref).reshape([rows, length, count, headDim]);
  const normed = (projection: 'q' | 'k', count: number) =>
    rotary(
      positions,
      rmsNorm(
        split(`${projection}_proj`, count),
        weight(weights, `${at}.self_attn.${projection}_norm.weight`),
        rmsNormEps,
      ),
    );
  // Heads that share a key-value head are folded into the rows of one product.
  const q = normed('q', heads)
    .reshape([rows, length, kvHeads, groups, headDim])
    .transpose([0, 2, 3, 1, 4])
    .reshape([rows, kvHeads, groups * length, headDim]);
  const k = normed('k', kvHeads).transpose([0, 2, 3, 1]);
  const v = split('v_proj', kvHeads).transpose([0, 2, 1, 3]);
  h.dispose();
  const scores = np
    .matmul(q, k)
    .mul(1 / Math.sqrt(headDim))
    .reshape([rows, kvHeads, groups, length, length]);
  const masked = scores.add(positions.future.ref).reshape([rows, kvHeads, groups * length, length]);
  const mixed = np
    .matmul(nn.softmax(masked, -1), v)
    .reshape([rows, kvHeads, groups, length, headDim])
    .transpose([0, 3, 1, 2, 4])
    .reshape([rows * length, heads * headDim]);
  return linear(weights, `${at}.self_attn.o_proj.weight`, mixed);
}

function mlp(config: ModelConfig, weights: TracedWeights, at: string, x: np.Array): np.Array {
  const h = rmsNorm(x, weight(weights, `${at}.post_attention_layernorm.weight`), config.rmsNormEps);
  const gate = nn.silu(linear(weights, `${at}.mlp.gate_proj.weight`, h.ref));
  const up = linear(weights, `${at}.mlp.up_proj.weight`, h);
  return linear(weights, `${at}.mlp.down_proj.weight`, gate.mul(up));
}

/** x @ Wᵀ, plus scale · (x @ Aᵀ) @ Bᵀ where the target has an adapter. */
function linear(weights: TracedWeights, target: string, x: np.Array): np.Array {
  const { a, b } = loraNames(target);
  const down = weights.adapters[a];
  const up = weights.adapters[b];
  const plain = np.matmul(x.ref, weight(weights, target).transpose());
  if (down === undefined || up === undefined) {
    x.dispose();
    return plain;
  }
  const low = np.matmul(x, down.ref.transpose()).mul(weights.scale);
  return plain.add(np.matmul(low, up.ref.transpose()));
}

function rotary(positions: PositionTables, x: np.Array): np.Array {
  return x.ref.mul(positions.cos.ref).add(np.matmul(x, positions.rotate.ref).mul(positions.sin.ref));
}

/** Root-mean-square norm over the last axis. */
function rmsNorm(x: np.Array, gain: np.Array, eps: number): np.Array {
  const variance = np.square(x.ref).mean(-1, { keepdims: true });
  return x.mul(np.reciprocal(np.sqrt(variance.add(eps)))).mul(gain);
}

function weight(weights: TracedWeights, name: string): np.Array {
  const found = weights.base[name];
  if (found === undefined) throw new Error(`The model has no tensor ${name}`);
  return found.ref;
}
