import { layerProjections, tensorShapes, unembedName } from './base-model.js';
import type { ModelConfig } from './config.js';
import { SeededRandom } from './random.js';
import type { Tensor, Tensors } from './safetensors.js';

/** Which weights get an adapter. alpha is fixed at 32, as the Tinker service's is. */
export interface LoraConfig {
  readonly rank: number;
  readonly seed: number;
  readonly trainAttn: boolean;
  readonly trainMlp: boolean;
  /** Adapts the output projection. With tied embeddings the input embedding stays as it is. */
  readonly trainUnembed: boolean;
}

export const loraAlpha = 32;

/** The factor of B·A in the adapted weight. */
export function loraScale(lora: LoraConfig): number {
  return loraAlpha / lora.rank;
}

/** The base tensors that `lora` adapts, in the order of all its parameters. */
export function loraTargets(config: ModelConfig, lora: LoraConfig): readonly string[] {
  const targets: string[] = [];
  for (let layer = 0; layer < config.layers; layer += 1)
    for (const { name, group } of layerProjections)
      if (group === 'attn' ? lora.trainAttn : lora.trainMlp)
        targets.push(`model.layers.${layer}.${name}.weight`);
  if (lora.trainUnembed) targets.push(unembedName(config));
  return targets;
}

/** Parameter names of one target: `A` is `[rank, in]`, `B` is `[out, rank]`, as in PEFT. */
export function loraNames(target: string): { readonly a: string; readonly b: string } {
  const stem = target.replace(/\.weight$/, '');
  return { a: `${stem}.lora_A.weight`, b: `${stem}.lora_B.weight` };
}

/** Shapes of all LoRA parameters, in the fixed order that checkpoints and gradients use. */
export function loraShapes(config: ModelConfig, lora: LoraConfig): ReadonlyMap<string, readonly number[]> {
  const base = tensorShapes(config);
  const shapes = new Map<string, readonly number[]>();
  for (const target of loraTargets(config, lora)) {
    const [out, input] = base.get(target) ?? [];
    if (out === undefined || input === undefined) throw new Error(`${target} is not a matrix of this model`);
    const { a, b } = loraNames(target);
    shapes.set(a, [lora.rank, input]);
    shapes.set(b, [out, lora.rank]);
  }
  return shapes;
}

/**
 * A fresh adapter: A uniform in ±1/√in (PEFT's Kaiming bound for a = √5), B zero, so that it changes nothing
 * yet. Every matrix draws from its own stream of the seed, in the order of {@link loraShapes}.
 */
export function initLora(config: ModelConfig, lora: LoraConfig): Tensors {
  const tensors = new Map<string, Tensor>();
  let stream = 0;
  for (const [name, shape] of loraShapes(config, lora)) {
    const [rows = 0, columns = 0] = shape;
    const data = new Float32Array(rows * columns);
    if (name.endsWith('lora_A.weight')) {
      const random = new SeededRandom(lora.seed, stream);
      const bound = 1 / Math.sqrt(columns);
      for (let i = 0; i < data.length; i += 1) data[i] = (2 * random.uniform() - 1) * bound;
    }
    tensors.set(name, { shape, data });
    stream += 1;
  }
  return tensors;
}
