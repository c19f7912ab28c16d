import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * What the model code needs from a Hugging Face `config.json` of a dense Qwen3 model.
 *
 * Field names are ours; {@link readModelConfig} maps them from the names that `transformers` writes.
 */
export interface ModelConfig {
  /** Base model name for clients: `headrace_model_name` of the file. */
  readonly name: string;
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Longest sequence, in tokens. */
  readonly contextLength: number;
  readonly ropeTheta: number;
  readonly rmsNormEps: number;
  /** The output projection is the embedding matrix. */
  readonly tiedEmbeddings: boolean;
  /** Tokens that end a sample of a request without `stop`. */
  readonly eosTokenIds: readonly number[];
}

const positive = z.number().int().positive();

const HfConfig = z.object({
  headrace_model_name: z.string().min(1).optional(),
  model_type: z.literal('qwen3'),
  vocab_size: positive,
  hidden_size: positive,
  intermediate_size: positive,
  num_hidden_layers: positive,
  num_attention_heads: positive,
  num_key_value_heads: positive,
  head_dim: positive.optional(),
  max_position_embeddings: positive,
  // transformers 5 moved rope_theta into rope_parameters
  rope_theta: z.number().positive().optional(),
  rope_parameters: z
    .object({ rope_theta: z.number().positive().optional(), rope_type: z.string().optional() })
    .nullish(),
  rope_scaling: z.null().optional(),
  rms_norm_eps: z.number().positive().default(1e-6),
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: z.literal(false).default(false),
  hidden_act: z.literal('silu').default('silu'),
  use_sliding_window: z.literal(false).default(false),
  eos_token_id: z.union([z.number().int(), z.array(z.number().int())]).nullish(),
});

/**
 * Reads `config.json` of a model folder.
 *
 * @throws {Error} naming the file and the field where the model is not a plain dense Qwen3 (RoPE scaling,
 * sliding windows and attention biases are not implemented).
 */
export async function readModelConfig(modelDir: string): Promise<ModelConfig> {
  const path = join(modelDir, 'config.json');
  const parsed = HfConfig.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (!parsed.success)
    throw new Error(`${path} is not a model this server can run: ${z.prettifyError(parsed.error)}`);
  const hf = parsed.data;
  const ropeType = hf.rope_parameters?.rope_type ?? 'default';
  if (ropeType !== 'default') throw new Error(`${path}: rope_type "${ropeType}" is not implemented`);
  const config: ModelConfig = {
    name: hf.headrace_model_name ?? modelDir,
    vocabSize: hf.vocab_size,
    hiddenSize: hf.hidden_size,
    intermediateSize: hf.intermediate_size,
    layers: hf.num_hidden_layers,
    heads: hf.num_attention_heads,
    kvHeads: hf.num_key_value_heads,
    headDim: hf.head_dim ?? hf.hidden_size / hf.num_attention_heads,
    contextLength: hf.max_position_embeddings,
    ropeTheta: hf.rope_theta ?? hf.rope_parameters?.rope_theta ?? 10_000,
    rmsNormEps: hf.rms_norm_eps,
    tiedEmbeddings: hf.tie_word_embeddings,
    eosTokenIds: hf.eos_token_id === undefined || hf.eos_token_id === null ? [] : [hf.eos_token_id].flat(),
  };
  if (config.heads % config.kvHeads !== 0 || config.headDim % 2 !== 0)
    throw new Error(`${path}: heads must be a multiple of key-value heads and head_dim even`);
  return config;
}

/** The `config.json` that {@link readModelConfig} reads back, and `transformers` too. */
export function toHfConfig(config: ModelConfig): Record<string, unknown> {
  return {
    architectures: ['Qwen3ForCausalLM'],
    headrace_model_name: config.name,
    model_type: 'qwen3',
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.kvHeads,
    head_dim: config.headDim,
    max_position_embeddings: config.contextLength,
    rope_theta: config.ropeTheta,
    rms_norm_eps: config.rmsNormEps,
    tie_word_embeddings: config.tiedEmbeddings,
    attention_bias: false,
    hidden_act: 'silu',
    eos_token_id: config.eosTokenIds,
  };
}
