import { z } from 'zod';
import type { AdamState } from '../../model/adamw.js';
import { tensorOf } from '../../model/base-model.js';
import type { ModelConfig } from '../../model/config.js';
import { loraShapes, type LoraConfig } from '../../model/lora.js';
import type { TrainingState } from '../../model/runner.js';
import { readSafetensors, writeSafetensors, type Tensor, type Tensors } from '../../model/safetensors.js';

const loraSchema = z.object({
  rank: z.number().int().positive(),
  seed: z.number().int(),
  trainAttn: z.boolean(),
  trainMlp: z.boolean(),
  trainUnembed: z.boolean(),
});

/**
 * The record of a checkpoint, in `<kind>/<hash of the name>.json`. A checkpoint without it does not exist.
 */
export const CheckpointMeta = z.object({
  runId: z.string(),
  kind: z.enum(['weights', 'sampler_weights', 'external_weights']),
  name: z.string(),
  createdAt: z.iso.datetime(),
  /** null = never. */
  expiresAt: z.iso.datetime().nullable(),
  userMetadata: z.record(z.string(), z.string()),
  baseModel: z.string(),
  lora: loraSchema,
  /**
   * The safetensors file beside it; a new one for every save, so that replacing the record replaces both at
   * once.
   */
  dataFile: z.string(),
  sizeBytes: z.number().int().nonnegative(),
});
export type CheckpointMeta = z.infer<typeof CheckpointMeta>;

/**
 * LoRA parameters in fp32; with `adam`, the moments under `adam.m.` and `adam.v.` and the count in the
 * metadata.
 */
export function encodeState(
  { params, adam }: Pick<TrainingState, 'params' | 'adam'>,
  withAdam: boolean,
): Uint8Array {
  const tensors = new Map<string, Tensor>(params);
  if (!withAdam) return writeSafetensors(tensors, { format: 'pt' });
  for (const [name, { shape }] of params) {
    tensors.set(`adam.m.${name}`, { shape, data: adam.m.get(name) ?? new Float32Array() });
    tensors.set(`adam.v.${name}`, { shape, data: adam.v.get(name) ?? new Float32Array() });
  }
  return writeSafetensors(tensors, { format: 'pt', adam_step: String(adam.step) });
}

/** @throws {Error} where a tensor is missing or misshapen; `where` names the file. */
export function decodeState(
  bytes: Uint8Array,
  config: ModelConfig,
  lora: LoraConfig,
  where: string,
): { readonly params: Tensors; readonly adam: AdamState | undefined } {
  const file = readSafetensors(bytes, where);
  const params = new Map<string, Tensor>();
  const m = new Map<string, Float32Array>();
  const v = new Map<string, Float32Array>();
  const step = file.metadata['adam_step'];
  for (const [name, shape] of loraShapes(config, lora)) {
    params.set(name, tensorOf(file.tensors, name, shape, where));
    if (step === undefined) continue;
    m.set(name, tensorOf(file.tensors, `adam.m.${name}`, shape, where).data);
    v.set(name, tensorOf(file.tensors, `adam.v.${name}`, shape, where).data);
  }
  return { params, adam: step === undefined ? undefined : { m, v, step: Number(step) } };
}
