import { defaultDevice, init, jit, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import type { BaseModel } from './base-model.js';
import type { ModelConfig } from './config.js';
import { targetLogprobs, type ArrayTree } from './jax-forward.js';
import { loraScale, type LoraConfig } from './lora.js';
import { planMicroBatches, type MicroBatch } from './micro-batches.js';
import type { Tensors } from './safetensors.js';

/**
 * One training example: `targets[i]` is predicted from `tokens[0..i]`; all three have one length, at least 1.
 */
export interface Example {
  readonly tokens: Int32Array;
  readonly targets: Int32Array;
  readonly weights: Float32Array;
}

export interface LossResult {
  /** Log-probability of every target, by example. */
  readonly logprobs: readonly Float32Array[];
  /** Σ −logprob · weight over all examples: a sum, as the Tinker service's cross_entropy. */
  readonly lossSum: number;
}

export interface GradientResult extends LossResult {
  /** Gradient of `lossSum`, by LoRA parameter. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** Starts the WebAssembly device. Call once in a thread before anything else of this file. */
export async function startJax(): Promise<void> {
  await init('wasm');
  defaultDevice('wasm');
}

/** LoRA parameters on the device. */
export interface UploadedLora {
  readonly lora: LoraConfig;
  readonly arrays: ArrayTree;
}

type ForwardProgram = (base: ArrayTree, lora: ArrayTree, x: np.Array, targets: np.Array) => np.Array;
type GradientProgram = (
  base: ArrayTree,
  lora: ArrayTree,
  x: np.Array,
  targets: np.Array,
  weights: np.Array,
) => { logprobs: np.Array; gradients: ArrayTree };

/**
 * Runs examples through a frozen base with LoRA adapters. Compiled programs are kept, by shape and adapter
 * layout.
 */
export class JaxEngine {
  readonly #model: BaseModel;
  readonly #base: ArrayTree;
  readonly #forwards = new Map<string, ForwardProgram>();
  readonly #backwards = new Map<string, GradientProgram>();

  constructor(model: BaseModel) {
    this.#model = model;
    this.#base = toArrays(model.tensors);
  }

  uploadLora(lora: LoraConfig, params: Tensors): UploadedLora {
    return { lora, arrays: toArrays(params) };
  }

  disposeLora(uploaded: UploadedLora): void {
    tree.dispose(uploaded.arrays);
  }

  /** Loss and log-probabilities without gradients. */
  async forward({ lora, arrays }: UploadedLora, examples: readonly Example[]): Promise<LossResult> {
    const logprobs: Float32Array[] = [];
    for (const batch of planMicroBatches(examples.map(({ tokens }) => tokens.length))) {
      const program = remember(this.#forwards, programKey(lora, batch), () =>
        forwardProgram(this.#model.config, lora),
      );
      const input = this.#pad(batch, examples);
      input.weights.dispose();
      const out = program(tree.ref(this.#base), tree.ref(arrays), input.embedded, input.targets);
      unpad(batch, examples, await read(out), logprobs);
    }
    return { logprobs, lossSum: lossSum(examples, logprobs) };
  }

  /** The same with the gradients, micro-batches summed in their fixed order. */
  async forwardBackward(
    { lora, arrays }: UploadedLora,
    examples: readonly Example[],
  ): Promise<GradientResult> {
    const logprobs: Float32Array[] = [];
    const gradients = new Map<string, Float32Array>();
    for (const batch of planMicroBatches(examples.map(({ tokens }) => tokens.length))) {
      const program = remember(this.#backwards, programKey(lora, batch), () =>
        gradientProgram(this.#model.config, lora),
      );
      const input = this.#pad(batch, examples);
      const out = program(
        tree.ref(this.#base),
        tree.ref(arrays),
        input.embedded,
        input.targets,
        input.weights,
      );
      unpad(batch, examples, await read(out.logprobs), logprobs);
      for (const [name, array] of Object.entries(out.gradients)) addInto(gradients, name, await read(array));
    }
    return { logprobs, lossSum: lossSum(examples, logprobs), gradients };
  }

  /** Embeds on the CPU: the embedding is frozen, and a gather inside the program would cost time. */
  #pad({ members, rows, length }: MicroBatch, examples: readonly Example[]) {
    const hidden = this.#model.config.hiddenSize;
    const table = this.#model.tensors.get('model.embed_tokens.weight')?.data;
    if (table === undefined) throw new Error('The model has no embedding');
    const embedded = new Float32Array(rows * length * hidden);
    const targets = new Int32Array(rows * length);
    const weights = new Float32Array(rows * length);
    for (const [row, member] of members.entries()) {
      const example = examples[member];
      if (example === undefined) continue;
      for (const [i, token] of example.tokens.entries())
        embedded.set(table.subarray(token * hidden, (token + 1) * hidden), (row * length + i) * hidden);
      targets.set(example.targets, row * length);
      weights.set(example.weights, row * length);
    }
    return {
      embedded: np.array(embedded, { shape: [rows, length, hidden] }),
      targets: np.array(targets, { shape: [rows, length] }),
      weights: np.array(weights, { shape: [rows, length] }),
    };
  }
}

function forwardProgram(config: ModelConfig, lora: LoraConfig): ForwardProgram {
  return jit((base: ArrayTree, adapters: ArrayTree, embedded: np.Array, targets: np.Array) => {
    const out = targetLogprobs(config, { base, adapters, scale: loraScale(lora) }, embedded, targets);
    tree.dispose(base);
    tree.dispose(adapters);
    return out;
  });
}

function gradientProgram(config: ModelConfig, lora: LoraConfig): GradientProgram {
  const loss = (
    adapters: ArrayTree,
    base: ArrayTree,
    embedded: np.Array,
    targets: np.Array,
    weights: np.Array,
  ): [np.Array, np.Array] => {
    const logprobs = targetLogprobs(config, { base, adapters, scale: loraScale(lora) }, embedded, targets);
    tree.dispose(base);
    tree.dispose(adapters);
    return [logprobs.ref.mul(weights).sum().neg(), logprobs];
  };
  const differentiated = valueAndGrad(loss, { argnums: 0, hasAux: true });
  return jit(
    (base: ArrayTree, adapters: ArrayTree, embedded: np.Array, targets: np.Array, weights: np.Array) => {
      const [[value, logprobs], gradients] = differentiated(adapters, base, embedded, targets, weights);
      value.dispose();
      return { logprobs, gradients };
    },
  );
}

function programKey(lora: LoraConfig, { rows, length }: MicroBatch): string {
  return [rows, length, lora.rank, lora.trainAttn, lora.trainMlp, lora.trainUnembed].join('/');
}

function remember<T>(cache: Map<string, T>, key: string, make: () => T): T {
  let value = cache.get(key);
  if (value === undefined) {
    value = make();
    cache.set(key, value);
  }
  return value;
}

/** Device copies of tensors. The caller may change its `Float32Array`s afterwards. */
export function toArrays(tensors: Tensors): ArrayTree {
  const arrays: ArrayTree = {};
  for (const [name, { shape, data }] of tensors) arrays[name] = np.array(data.slice(), { shape: [...shape] });
  return arrays;
}

async function read(array: np.Array): Promise<Float32Array> {
  const data = await array.data();
  if (!(data instanceof Float32Array)) throw new Error('The model answered in another type than fp32');
  return data;
}

function unpad(
  { members, length }: MicroBatch,
  examples: readonly Example[],
  padded: Float32Array,
  into: Float32Array[],
): void {
  for (const [row, member] of members.entries())
    into[member] = padded.slice(row * length, row * length + (examples[member]?.tokens.length ?? 0));
}

function addInto(sums: Map<string, Float32Array>, name: string, more: Float32Array): void {
  const sum = sums.get(name);
  if (sum === undefined) sums.set(name, more.slice());
  else for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] ?? 0) + (more[i] ?? 0);
}

function lossSum(examples: readonly Example[], logprobs: readonly Float32Array[]): number {
  let sum = 0;
  for (const [index, { weights }] of examples.entries())
    for (const [i, weight] of weights.entries()) sum -= (logprobs[index]?.[i] ?? 0) * weight;
  return sum;
}
