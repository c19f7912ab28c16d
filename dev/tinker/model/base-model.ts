import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readModelConfig, type ModelConfig } from './config.js';
import { readSafetensors, type Tensor, type Tensors } from './safetensors.js';

/** Frozen weights, under the names that `transformers` gives them. */
export interface BaseModel {
  readonly config: ModelConfig;
  readonly tensors: Tensors;
}

/** The seven projections of a layer that LoRA can adapt, with their place in the Hugging Face names. */
export const layerProjections = [
  { name: 'self_attn.q_proj', group: 'attn' },
  { name: 'self_attn.k_proj', group: 'attn' },
  { name: 'self_attn.v_proj', group: 'attn' },
  { name: 'self_attn.o_proj', group: 'attn' },
  { name: 'mlp.gate_proj', group: 'mlp' },
  { name: 'mlp.up_proj', group: 'mlp' },
  { name: 'mlp.down_proj', group: 'mlp' },
] as const;

/** Every tensor of the architecture with its shape, `[out, in]` for matrices, in a fixed order. */
export function tensorShapes(config: ModelConfig): ReadonlyMap<string, readonly number[]> {
  const { hiddenSize: h, intermediateSize: m, headDim: d } = config;
  const q = config.heads * d;
  const kv = config.kvHeads * d;
  const shapes = new Map<string, readonly number[]>([['model.embed_tokens.weight', [config.vocabSize, h]]]);
  for (let layer = 0; layer < config.layers; layer += 1) {
    const at = `model.layers.${layer}`;
    shapes.set(`${at}.input_layernorm.weight`, [h]);
    shapes.set(`${at}.self_attn.q_proj.weight`, [q, h]);
    shapes.set(`${at}.self_attn.k_proj.weight`, [kv, h]);
    shapes.set(`${at}.self_attn.v_proj.weight`, [kv, h]);
    shapes.set(`${at}.self_attn.o_proj.weight`, [h, q]);
    shapes.set(`${at}.self_attn.q_norm.weight`, [d]);
    shapes.set(`${at}.self_attn.k_norm.weight`, [d]);
    shapes.set(`${at}.post_attention_layernorm.weight`, [h]);
    shapes.set(`${at}.mlp.gate_proj.weight`, [m, h]);
    shapes.set(`${at}.mlp.up_proj.weight`, [m, h]);
    shapes.set(`${at}.mlp.down_proj.weight`, [h, m]);
  }
  shapes.set('model.norm.weight', [h]);
  if (!config.tiedEmbeddings) shapes.set('lm_head.weight', [config.vocabSize, h]);
  return shapes;
}

/** Name of the output projection: the embedding itself where the two are tied. */
export function unembedName(config: ModelConfig): string {
  return config.tiedEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight';
}

/**
 * Loads `config.json` and `model.safetensors` of a folder.
 *
 * @throws {Error} naming the first tensor that is missing or does not have the shape of the config.
 */
export async function loadBaseModel(modelDir: string): Promise<BaseModel> {
  const config = await readModelConfig(modelDir);
  const path = join(modelDir, 'model.safetensors');
  const file = readSafetensors(await readFile(path), path);
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of tensorShapes(config))
    tensors.set(name, tensorOf(file.tensors, name, shape, path));
  return { config, tensors };
}

/** The tensor called `name`, which must have that shape. `where` is for the error. */
export function tensorOf(tensors: Tensors, name: string, shape: readonly number[], where: string): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`${where} has no tensor ${name}`);
  if (tensor.shape.join() !== shape.join())
    throw new Error(`${where}: ${name} is [${tensor.shape.join(', ')}], not [${shape.join(', ')}]`);
  return tensor;
}
