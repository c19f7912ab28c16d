import { unembedName, type BaseModel } from './base-model.js';
import type { ModelConfig } from './config.js';
import { loraNames, loraScale, loraTargets, type LoraConfig } from './lora.js';
import type { Tensors } from './safetensors.js';

/** Base weights with an adapter merged in. */
export interface MergedModel {
  readonly config: ModelConfig;
  readonly weights: ReadonlyMap<string, Float32Array>;
}

/** W + scale · B·A for every adapted matrix; the others are shared with the base. */
export function mergeLora(base: BaseModel, lora?: LoraConfig, params?: Tensors): MergedModel {
  const weights = new Map([...base.tensors].map(([name, { data }]) => [name, data]));
  if (base.config.tiedEmbeddings)
    // The adapter of a tied output projection must not change the input embedding.
    weights.set('lm_head.weight', weightOf(weights, unembedName(base.config)));
  if (lora === undefined || params === undefined) return { config: base.config, weights };
  const scale = loraScale(lora);
  for (const target of loraTargets(base.config, lora)) {
    const names = loraNames(target);
    const a = params.get(names.a);
    const b = params.get(names.b);
    const name = target === unembedName(base.config) ? 'lm_head.weight' : target;
    const merged = weightOf(weights, name).slice();
    if (a === undefined || b === undefined) throw new Error(`The adapter has no parameters for ${target}`);
    const columns = a.shape[1] ?? 0;
    for (let i = 0; i < merged.length; i += 1) {
      const row = Math.floor(i / columns);
      const column = i % columns;
      let sum = 0;
      for (let r = 0; r < lora.rank; r += 1)
        sum += (b.data[row * lora.rank + r] ?? 0) * (a.data[r * columns + column] ?? 0);
      merged[i] = (merged[i] ?? 0) + scale * sum;
    }
    weights.set(name, merged);
  }
  return { config: base.config, weights };
}

/** Keys and values of the tokens so far, per layer `[position, kvHeads · headDim]`. */
interface Cache {
  readonly keys: Float32Array[];
  readonly values: Float32Array[];
}

/**
 * One sequence being read token by token, with a KV cache, in plain typed arrays: on models of a million
 * parameters a call costs about a millisecond, less than dispatching compiled kernels would.
 */
export class Decoder {
  readonly #model: MergedModel;
  readonly #capacity: number;
  readonly #cache: Cache;
  #position = 0;

  constructor(model: MergedModel, capacity: number, from?: Decoder) {
    this.#model = model;
    this.#capacity = capacity;
    const { layers, kvHeads, headDim } = model.config;
    const empty = () => Array.from({ length: layers }, () => new Float32Array(capacity * kvHeads * headDim));
    this.#cache = { keys: empty(), values: empty() };
    if (from === undefined) return;
    this.#position = from.#position;
    const used = from.#position * kvHeads * headDim;
    for (let layer = 0; layer < layers; layer += 1) {
      this.#cache.keys[layer]?.set(from.#cache.keys[layer]?.subarray(0, used) ?? []);
      this.#cache.values[layer]?.set(from.#cache.values[layer]?.subarray(0, used) ?? []);
    }
  }

  /** An independent copy with room for `capacity` tokens in all. */
  fork(capacity: number): Decoder {
    return new Decoder(this.#model, capacity, this);
  }

  /** Reads one token and returns the logits of the next one, `[vocab]`. */
  next(token: number): Float32Array {
    const { config } = this.#model;
    if (this.#position >= this.#capacity) throw new Error(`The decoder holds ${this.#capacity} tokens`);
    const hidden = config.hiddenSize;
    const x = this.#weight('model.embed_tokens.weight').slice(token * hidden, (token + 1) * hidden);
    for (let layer = 0; layer < config.layers; layer += 1) {
      const at = `model.layers.${layer}`;
      addInto(
        x,
        this.#attention(layer, rmsNorm(x, this.#weight(`${at}.input_layernorm.weight`), config.rmsNormEps)),
      );
      const h = rmsNorm(x, this.#weight(`${at}.post_attention_layernorm.weight`), config.rmsNormEps);
      const gate = matVec(this.#weight(`${at}.mlp.gate_proj.weight`), h);
      const up = matVec(this.#weight(`${at}.mlp.up_proj.weight`), h);
      for (let i = 0; i < gate.length; i += 1) {
        const g = gate[i] ?? 0;
        gate[i] = (g / (1 + Math.exp(-g))) * (up[i] ?? 0);
      }
      addInto(x, matVec(this.#weight(`${at}.mlp.down_proj.weight`), gate));
    }
    this.#position += 1;
    return matVec(
      this.#weight('lm_head.weight'),
      rmsNorm(x, this.#weight('model.norm.weight'), config.rmsNormEps),
    );
  }

  #attention(layer: number, h: Float32Array): Float32Array {
    const { heads, kvHeads, headDim, rmsNormEps } = this.#model.config;
    const at = `model.layers.${layer}.self_attn`;
    const q = matVec(this.#weight(`${at}.q_proj.weight`), h);
    const k = matVec(this.#weight(`${at}.k_proj.weight`), h);
    this.#normAndRotate(q, this.#weight(`${at}.q_norm.weight`), rmsNormEps);
    this.#normAndRotate(k, this.#weight(`${at}.k_norm.weight`), rmsNormEps);
    const keys = this.#cache.keys[layer] ?? new Float32Array();
    const values = this.#cache.values[layer] ?? new Float32Array();
    const stride = kvHeads * headDim;
    keys.set(k, this.#position * stride);
    values.set(matVec(this.#weight(`${at}.v_proj.weight`), h), this.#position * stride);
    const mixed = new Float32Array(heads * headDim);
    const scores = new Float64Array(this.#position + 1);
    for (let head = 0; head < heads; head += 1) {
      const shared = Math.floor((head * kvHeads) / heads) * headDim;
      let largest = -Infinity;
      for (let t = 0; t <= this.#position; t += 1) {
        let dot = 0;
        for (let i = 0; i < headDim; i += 1)
          dot += (q[head * headDim + i] ?? 0) * (keys[t * stride + shared + i] ?? 0);
        const score = dot / Math.sqrt(headDim);
        scores[t] = score;
        if (score > largest) largest = score;
      }
      let total = 0;
      for (let t = 0; t <= this.#position; t += 1) {
        const e = Math.exp((scores[t] ?? 0) - largest);
        scores[t] = e;
        total += e;
      }
      for (let t = 0; t <= this.#position; t += 1) {
        const share = (scores[t] ?? 0) / total;
        for (let i = 0; i < headDim; i += 1) {
          const to = head * headDim + i;
          mixed[to] = (mixed[to] ?? 0) + share * (values[t * stride + shared + i] ?? 0);
        }
      }
    }
    return matVec(this.#weight(`${at}.o_proj.weight`), mixed);
  }

  /** Per head: RMS norm, then rotary position embedding; in place. */
  #normAndRotate(x: Float32Array, gain: Float32Array, eps: number): void {
    const { headDim, ropeTheta } = this.#model.config;
    const half = headDim / 2;
    for (let from = 0; from < x.length; from += headDim) {
      const head = rmsNorm(x.subarray(from, from + headDim), gain, eps);
      for (let i = 0; i < half; i += 1) {
        const angle = this.#position * ropeTheta ** ((-2 * i) / headDim);
        const cos = Math.cos(angle);
        const sin = Math.sin(angle);
        const first = head[i] ?? 0;
        const second = head[i + half] ?? 0;
        x[from + i] = first * cos - second * sin;
        x[from + i + half] = second * cos + first * sin;
      }
    }
  }

  #weight(name: string): Float32Array {
    return weightOf(this.#model.weights, name);
  }
}

/** log softmax(logits)[token], in double precision. */
export function logprobOf(logits: Float32Array, token: number): number {
  let largest = -Infinity;
  for (const logit of logits) if (logit > largest) largest = logit;
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - largest);
  return (logits[token] ?? 0) - largest - Math.log(total);
}

function weightOf(weights: ReadonlyMap<string, Float32Array>, name: string): Float32Array {
  const found = weights.get(name);
  if (found === undefined) throw new Error(`The model has no tensor ${name}`);
  return found;
}

function matVec(matrix: Float32Array, x: Float32Array): Float32Array {
  const columns = x.length;
  const out = new Float32Array(matrix.length / columns);
  for (let row = 0; row < out.length; row += 1) {
    const at = row * columns;
    let sum = 0;
    for (let i = 0; i < columns; i += 1) sum += (matrix[at + i] ?? 0) * (x[i] ?? 0);
    out[row] = sum;
  }
  return out;
}

function rmsNorm(x: Float32Array, gain: Float32Array, eps: number): Float32Array {
  let squares = 0;
  for (const value of x) squares += value * value;
  const factor = 1 / Math.sqrt(squares / x.length + eps);
  return x.map((value, i) => value * factor * (gain[i] ?? 0));
}

function addInto(x: Float32Array, more: Float32Array): void {
  for (let i = 0; i < x.length; i += 1) x[i] = (x[i] ?? 0) + (more[i] ?? 0);
}
