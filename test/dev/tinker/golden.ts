import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { loadBaseModel } from '../../../dev/tinker/model/base-model.js';
import type { Example } from '../../../dev/tinker/model/jax-engine.js';
import { loraShapes, type LoraConfig } from '../../../dev/tinker/model/lora.js';
import { readSafetensors, type Tensor } from '../../../dev/tinker/model/safetensors.js';

const numbers = z.array(z.number());
const Golden = z.object({
  rank: z.number(),
  adam: z.object({
    learning_rate: z.number(),
    beta1: z.number(),
    beta2: z.number(),
    eps: z.number(),
    weight_decay: z.number(),
    grad_clip_norm: z.number(),
  }),
  examples: z.array(
    z.object({ tokens: numbers, targets: numbers, weights: numbers, base: numbers, adapted: numbers }),
  ),
  losses: numbers,
  gradient_norms: numbers,
  prompt: numbers,
  greedy: numbers,
});

/** What torch and transformers computed for a small random model; see `test/golden/tinker/make_golden.py`. */
export async function readGolden(name: 'tied' | 'untied') {
  const dir = fileURLToPath(new URL(`../../../../test/golden/tinker/${name}`, import.meta.url));
  const golden = Golden.parse(JSON.parse(await readFile(join(dir, 'golden.json'), 'utf8')));
  const model = await loadBaseModel(dir);
  const lora: LoraConfig = {
    rank: golden.rank,
    seed: 0,
    trainAttn: true,
    trainMlp: true,
    trainUnembed: true,
  };
  const file = readSafetensors(await readFile(join(dir, 'lora.safetensors')), 'lora.safetensors');
  /** The LoRA parameters called `start.…`, `gradient.…` or `end.…` in the file. */
  const tensors = (prefix: 'start' | 'gradient' | 'end') => {
    const found = new Map<string, Tensor>();
    for (const parameter of loraShapes(model.config, lora).keys()) {
      const tensor = file.tensors.get(`${prefix}.${parameter}`);
      if (tensor === undefined) throw new Error(`The golden file has no ${prefix}.${parameter}`);
      found.set(parameter, tensor);
    }
    return found;
  };
  const examples: Example[] = golden.examples.map(({ tokens, targets, weights }) => ({
    tokens: Int32Array.from(tokens),
    targets: Int32Array.from(targets),
    weights: Float32Array.from(weights),
  }));
  return { golden, model, lora, examples, tensors };
}

/** Largest difference of two lists. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Infinity;
  for (let i = 0; i < a.length; i += 1) largest = Math.max(largest, Math.abs((a[i] ?? NaN) - (b[i] ?? NaN)));
  return largest;
}
