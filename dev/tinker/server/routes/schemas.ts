import { z } from 'zod';

/**
 * Bodies of the API, under the names they have on the wire. Fields that are not listed are tolerated and
 * dropped.
 */

const id = z.string().min(1).max(500);
const count = z
  .number()
  .int()
  .nonnegative()
  .max(2 ** 31);
const seqId = z
  .number()
  .int()
  .positive()
  .max(2 ** 31);
const metadata = z.record(z.string(), z.string()).nullish();

/**
 * Known servers accept exactly these checkpoint names. By SkyRL's source the pattern is that of the hosted
 * service.
 */
const checkpointName = z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'must match ^[A-Za-z0-9_-]{1,255}$');

const tenYears = 10 * 365 * 86_400;
/** Seconds a checkpoint lives: an hour to ten years, or null for ever. */
const ttlSeconds = z.number().int().min(3600).max(tenYears).nullish();

export const CreateSession = z.object({ tags: z.array(z.string()).default([]), user_metadata: metadata });
export const SessionRef = z.object({ session_id: id });
export const FinishSession = z.object({
  reason: z.object({ type: z.enum(['success', 'errored', 'interrupted']) }),
  detail: z.string().nullish(),
});

const LoraBody = z.object({
  rank: z.number().int().min(1).max(256),
  seed: z.number().int().nullish(),
  train_unembed: z.boolean().default(true),
  train_mlp: z.boolean().default(true),
  train_attn: z.boolean().default(true),
});
const optimizerConfig = z.object({ type: z.literal('adamw') }).nullish();

export const CreateModel = z.object({
  session_id: id,
  model_seq_id: count,
  base_model: z.string(),
  user_metadata: metadata,
  lora_config: LoraBody,
  optimizer_config: optimizerConfig,
});
export type CreateModel = z.infer<typeof CreateModel>;
export const ModelRef = z.object({ model_id: id });

const tensor = z.object({
  data: z.array(z.number()),
  dtype: z.enum(['int64', 'float32']),
  shape: z.array(count).nullish(),
  sparse_crow_indices: z.array(z.number()).nullish(),
});
const chunk = z.object({ type: z.string().default('encoded_text'), tokens: z.array(count).optional() });
const lossInput = z.object({
  data: z.array(
    z.object({
      model_input: z.object({ chunks: z.array(chunk) }),
      loss_fn_inputs: z.record(z.string(), tensor),
    }),
  ),
  loss_fn: z.string(),
});
export const ForwardBackwardJson = z.object({
  model_id: id,
  seq_id: seqId,
  forward_backward_input: lossInput,
});
export const ForwardJson = z.object({ model_id: id, seq_id: seqId, forward_input: lossInput });
export type LossInputJson = z.infer<typeof lossInput>;

const bytes = z.instanceof(Uint8Array);
/** `ForwardBackwardRequest` after protobuf decoding. */
export const ForwardBackwardProto = z.object({
  model_id: id,
  seq_id: seqId,
  data: z.array(
    z.object({
      model_input: z.array(z.object({ encoded_text: z.object({ tokens: bytes }).nullish() })),
      loss_fn_inputs: z.record(
        z.string(),
        z.object({ dtype: z.string(), shape: z.array(z.number()), dense: bytes.nullish() }),
      ),
    }),
  ),
  loss_fn: z.string(),
  forward_only: z.boolean().default(false),
});
export type LossInputProto = z.infer<typeof ForwardBackwardProto>;

export const OptimStep = z.object({
  model_id: id,
  seq_id: seqId,
  adam_params: z
    .object({
      learning_rate: z.number().nonnegative().default(1e-4),
      beta1: z.number().min(0).lt(1).default(0.9),
      beta2: z.number().min(0).lt(1).default(0.95),
      eps: z.number().positive().default(1e-12),
      weight_decay: z.number().nonnegative().default(0),
      grad_clip_norm: z.number().nonnegative().default(0),
    })
    .prefault({}),
  optimizer_params: z.undefined({ error: 'this server trains with AdamW only: send adam_params' }).optional(),
});

export const SaveWeights = z.object({
  model_id: id,
  seq_id: seqId,
  path: checkpointName,
  ttl_seconds: ttlSeconds,
  overwrite: z.boolean().default(false),
  user_metadata: metadata,
});
export const SaveWeightsExternal = z.object({
  model_id: id,
  seq_id: seqId,
  path: checkpointName,
  ttl_seconds: ttlSeconds,
  age_encryption_recipients: z.array(z.string()).max(0).nullish(),
});
export const SaveWeightsForSampler = z
  .object({
    model_id: id,
    seq_id: seqId,
    path: checkpointName.nullish(),
    sampling_session_seq_id: count.nullish(),
    ttl_seconds: ttlSeconds,
    user_metadata: metadata,
  })
  .refine(
    (body) => (body.path ?? undefined) !== undefined || typeof body.sampling_session_seq_id === 'number',
    {
      error: 'path or sampling_session_seq_id is needed',
      path: ['path'],
    },
  );

const loadCommon = { path: z.string(), optimizer: z.boolean().default(false) };
/**
 * Either a new model from a checkpoint (session_id, model_seq_id), or into one that was just created
 * (model_id, seq_id).
 */
export const LoadWeights = z.union([
  z.object({
    ...loadCommon,
    session_id: id,
    model_seq_id: count,
    base_model: z.string().nullish(),
    user_metadata: metadata,
    optimizer_config: optimizerConfig,
  }),
  z.object({ ...loadCommon, model_id: id, seq_id: seqId }),
]);
export const WeightsInfo = z.object({ tinker_path: z.string() });
export const SetTtl = z.object({ ttl_seconds: ttlSeconds });
export const Page = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  offset: z.coerce.number().int().nonnegative().default(0),
});

export const RetrieveFuture = z.object({ request_id: id });

export const CreateSamplingSession = z
  .object({
    session_id: id,
    sampling_session_seq_id: count,
    model_path: z.string().startsWith('tinker://').nullish(),
    base_model: z.string().nullish(),
  })
  .refine((body) => typeof body.model_path === 'string' || typeof body.base_model === 'string', {
    error: 'model_path or base_model is needed',
    path: ['model_path'],
  });

export const Sample = z.object({
  sampling_session_id: id,
  seq_id: count,
  num_samples: z.number().int().min(1).max(1024).default(1),
  prompt: z.object({ chunks: z.array(chunk) }),
  sampling_params: z
    .object({
      max_tokens: z.number().int().positive().nullish(),
      seed: z.number().int().nullish(),
      stop: z.union([z.string(), z.array(z.string()), z.array(z.number().int())]).nullish(),
      temperature: z.number().nonnegative().default(1),
      top_k: z.number().int().min(-1).default(-1),
      top_p: z.number().positive().max(1).default(1),
    })
    .prefault({}),
  prompt_logprobs: z.boolean().nullish(),
  topk_prompt_logprobs: z.literal(0, { error: 'this server gives no top-k logprobs: send 0' }).nullish(),
  topk_sample_logprobs: z.literal(0, { error: 'this server gives no top-k logprobs: send 0' }).nullish(),
  prompt_alt_tokens_k: z.literal(0, { error: 'this server gives no alternative tokens: send 0' }).nullish(),
});
