import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tensorShapes, type BaseModel } from './base-model.js';
import { byteTokenizer } from './byte-tokenizer.js';
import { toHfConfig, type ModelConfig } from './config.js';
import { SeededRandom } from './random.js';
import { writeSafetensors, type Tensor } from './safetensors.js';

/**
 * A Qwen3 of 100 thousand parameters whose tokens are bytes, plus the three special tokens of the chat
 * format.
 */
export const randomModelConfig: ModelConfig = {
  name: 'headrace/random-qwen3',
  vocabSize: 259,
  hiddenSize: 64,
  intermediateSize: 128,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
  contextLength: 2048,
  ropeTheta: 10_000,
  rmsNormEps: 1e-6,
  tiedEmbeddings: true,
  eosTokenIds: [258],
};

/**
 * Weights as `transformers` initialises them: normal with deviation 0.02, norms one. Equal seeds, equal
 * weights.
 */
export function randomBaseModel(config: ModelConfig, seed: number): BaseModel {
  const tensors = new Map<string, Tensor>();
  let stream = 0;
  for (const [name, shape] of tensorShapes(config)) {
    const data = new Float32Array(shape.reduce((product, n) => product * n, 1)).fill(1);
    if (shape.length > 1) {
      const random = new SeededRandom(seed, stream);
      for (let i = 0; i < data.length; i += 1) data[i] = 0.02 * random.normal();
    }
    tensors.set(name, { shape, data });
    stream += 1;
  }
  return { config, tensors };
}

/** Writes `config.json` and `model.safetensors`. */
export async function writeBaseModel(
  dir: string,
  model: BaseModel,
  dtype: 'F32' | 'BF16' = 'F32',
): Promise<void> {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'config.json'), `${JSON.stringify(toHfConfig(model.config), null, 2)}\n`);
  await writeFile(join(dir, 'model.safetensors'), writeSafetensors(model.tensors, { format: 'pt' }, dtype));
}

/**
 * Writes a model folder with random weights and a byte tokenizer (`tokenizer.json`, `tokenizer_config.json`),
 * for tests that need a server but no language. Its base model is called `headrace/random-qwen3`.
 */
export async function writeRandomModel(
  dir: string,
  overrides: Partial<ModelConfig> = {},
  seed = 0,
): Promise<void> {
  const config = { ...randomModelConfig, ...overrides };
  await writeBaseModel(dir, randomBaseModel(config, seed));
  const special = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'];
  const tokenizer = byteTokenizer(special.map((content) => ({ content, special: true })));
  await writeFile(join(dir, 'tokenizer.json'), JSON.stringify(tokenizer));
  await writeFile(
    join(dir, 'tokenizer_config.json'),
    JSON.stringify({
      tokenizer_class: 'Qwen2Tokenizer',
      eos_token: '<|im_end|>',
      pad_token: '<|endoftext|>',
    }),
  );
}
