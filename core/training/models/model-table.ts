import type { ModelFamily } from './base-model.js';

/** Where the table is from, for users. */
export const tableSource = 'tinker-cookbook 0.6.1, November 2026';

type Renderers = ModelFamily['renderers'];

const k32 = 32_768;
const k64 = 65_536;
const k128 = 131_072;
const k256 = 262_144;

const plain: Renderers = ['role_colon'];
const nemotron3: Renderers = ['nemotron3', 'nemotron3_disable_thinking', 'nemotron3_preserve_thinking'];
const nemotron3Ultra: Renderers = [
  'nemotron3_ultra',
  'nemotron3_ultra_disable_thinking',
  'nemotron3_ultra_medium_thinking',
  'nemotron3_ultra_preserve_thinking',
];
const kimi = { owner: 'moonshotai', vocabulary: 'kimi-k2' } as const;
const llama = {
  owner: 'meta-llama',
  vocabulary: 'llama3',
  // The models' own copies are gated.
  tokenizer: 'thinkingmachineslabinc/meta-llama-3-instruct-tokenizer',
} as const;
const nvidia = { owner: 'nvidia', vocabulary: 'nemotron3' } as const;
const qwen3 = { owner: 'Qwen', vocabulary: 'qwen3' } as const;
const qwen35 = { owner: 'Qwen', vocabulary: 'qwen3.5' } as const;

/**
 * The models of tinker-cookbook 0.6.1, the newest of an owner first. Renderers: `model_info.py`; hidden
 * sizes: `hyperparam_utils.py`; contexts: `eval/benchmarks/_types.py`, and for Qwen3.8 Tinker's page of
 * prices as of 2026-10-07; revisions: `tokenizer_utils.py`. Retired is what the cookbook names without a
 * context, and what Tinker's page of deprecations names.
 */
export const modelFamilies: readonly ModelFamily[] = [
  {
    owner: 'thinkingmachines',
    renderers: ['tml_v0'],
    vocabulary: 'inkling',
    tokenizer: 'inkling',
    models: {
      Inkling: { hiddenSize: 6144, context: k64, longContext: k256 },
      'Inkling-Small': { hiddenSize: 4096, context: k64, longContext: k256 },
    },
  },
  {
    ...qwen35,
    renderers: [
      'qwen3_8_xhigh_reasoning',
      'qwen3_8_disable_thinking',
      'qwen3_8_medium_reasoning',
      'qwen3_8_low_reasoning',
    ],
    models: { 'Qwen3.8-27B': { hiddenSize: 5120, context: k64, longContext: k256 } },
  },
  {
    ...qwen35,
    renderers: ['qwen3_5', 'qwen3_5_disable_thinking', 'qwen3_5_preserve_thinking'],
    models: {
      'Qwen3.6-27B': { hiddenSize: 5120, context: k64 },
      'Qwen3.6-35B-A3B': { hiddenSize: 2048, context: k64 },
      'Qwen3.5-397B-A17B': { hiddenSize: 4096, context: k64, longContext: k256 },
      'Qwen3.5-35B-A3B': { hiddenSize: 2048, retired: true },
      'Qwen3.5-27B': { hiddenSize: 5120, retired: true },
      'Qwen3.5-9B': { hiddenSize: 4096, context: k64 },
      'Qwen3.5-4B': { hiddenSize: 2560, context: k64 },
    },
  },
  {
    ...qwen35,
    renderers: plain,
    models: {
      'Qwen3.5-35B-A3B-Base': { hiddenSize: 2048, context: k64 },
      'Qwen3.5-9B-Base': { hiddenSize: 4096, context: k64 },
    },
  },
  {
    ...qwen3,
    renderers: ['qwen3', 'qwen3_disable_thinking'],
    models: {
      'Qwen3-8B': { hiddenSize: 4096, context: k32 },
      'Qwen3-32B': { hiddenSize: 5120, retired: true },
      'Qwen3-30B-A3B': { hiddenSize: 2048, retired: true },
    },
  },
  {
    ...qwen3,
    renderers: ['qwen3_instruct'],
    models: {
      'Qwen3-235B-A22B-Instruct-2507': { hiddenSize: 4096, retired: true },
      'Qwen3-30B-A3B-Instruct-2507': { hiddenSize: 2048, retired: true },
      'Qwen3-4B-Instruct-2507': { hiddenSize: 2560, retired: true },
    },
  },
  {
    ...qwen3,
    renderers: ['qwen3_vl_instruct'],
    models: {
      'Qwen3-VL-235B-A22B-Instruct': { hiddenSize: 4096, retired: true },
      'Qwen3-VL-30B-A3B-Instruct': { hiddenSize: 2048, retired: true },
    },
  },
  {
    ...qwen3,
    renderers: plain,
    models: {
      'Qwen3-30B-A3B-Base': { hiddenSize: 2048, retired: true },
      'Qwen3-8B-Base': { hiddenSize: 4096, retired: true },
    },
  },
  {
    ...nvidia,
    renderers: nemotron3Ultra,
    models: {
      'NVIDIA-Nemotron-3.5-Super-VL-120B-A12B-BF16': { hiddenSize: 4096, context: k64, longContext: k256 },
      'NVIDIA-Nemotron-3-Ultra-550B-A55B-BF16': { hiddenSize: 8192, context: k64, longContext: k256 },
    },
  },
  {
    ...nvidia,
    renderers: ['nemotron3_ultra', 'nemotron3_ultra_disable_thinking', 'nemotron3_ultra_preserve_thinking'],
    models: {
      'NVIDIA-Nemotron-3.5-Lightning-30B-A3B-BF16': { hiddenSize: 2688, context: k64, longContext: k256 },
    },
  },
  {
    ...nvidia,
    renderers: [...nemotron3, 'nemotron3_low_thinking'],
    models: {
      'NVIDIA-Nemotron-3-Super-120B-A12B-BF16': { hiddenSize: 4096, context: k64, longContext: k256 },
    },
  },
  {
    ...nvidia,
    renderers: nemotron3,
    models: { 'NVIDIA-Nemotron-3-Nano-30B-A3B-BF16': { hiddenSize: 2688, context: k64 } },
  },
  {
    owner: 'openai',
    renderers: [
      'gpt_oss_no_sysprompt',
      'gpt_oss_medium_reasoning',
      'gpt_oss_low_reasoning',
      'gpt_oss_high_reasoning',
    ],
    vocabulary: 'gpt-oss',
    models: {
      'gpt-oss-120b': { hiddenSize: 2880, context: k32, longContext: k128 },
      'gpt-oss-20b': { hiddenSize: 2880, context: k32 },
    },
  },
  {
    owner: 'deepseek-ai',
    renderers: [
      'deepseekv4_1',
      'deepseekv4_1_low_reasoning',
      'deepseekv4_1_max_reasoning',
      'deepseekv4_1_disable_thinking',
      'deepseekv4_1_preserve_thinking',
    ],
    vocabulary: 'deepseek-v4.1',
    models: {
      'DeepSeek-V4.1-Flash-1017': { hiddenSize: 5120, longContext: k256 },
      'DeepSeek-V4.1-Flash': { hiddenSize: 5120, longContext: k256 },
    },
  },
  {
    owner: 'deepseek-ai',
    renderers: ['deepseekv3', 'deepseekv3_thinking'],
    vocabulary: 'deepseek-v3.1',
    models: { 'DeepSeek-V3.1': { hiddenSize: 7168, context: k32 } },
  },
  {
    owner: 'deepseek-ai',
    renderers: plain,
    vocabulary: 'deepseek-v3.1',
    models: { 'DeepSeek-V3.1-Base': { hiddenSize: 7168, retired: true } },
  },
  {
    ...kimi,
    renderers: ['kimi_k26', 'kimi_k26_disable_thinking', 'kimi_k26_preserve_thinking'],
    tokenizer: 'moonshotai/Kimi-K2.6@b5aabbfb20227ed42becbf5541dbffd213942c58',
    models: { 'Kimi-K2.6': { hiddenSize: 7168, context: k32, longContext: k128 } },
  },
  {
    ...kimi,
    renderers: ['kimi_k25', 'kimi_k25_disable_thinking'],
    tokenizer: 'moonshotai/Kimi-K2.5@2426b45b6af0da48d0dcce71bbce6225e5c73adc',
    models: { 'Kimi-K2.5': { hiddenSize: 7168, retired: true } },
  },
  {
    ...kimi,
    renderers: ['kimi_k2'],
    tokenizer: 'moonshotai/Kimi-K2-Thinking@a51ccc050d73dab088bf7b0e2dd9b30ae85a4e55',
    models: { 'Kimi-K2-Thinking': { hiddenSize: 7168, retired: true } },
  },
  {
    owner: 'zai-org',
    renderers: ['glm5_3_max_reasoning', 'glm5_3_low_reasoning', 'glm5_3_high_reasoning'],
    vocabulary: 'glm5',
    models: {
      'GLM-5.3': { hiddenSize: 6144, longContext: k256 },
      'GLM-5.3-Flash': { hiddenSize: 4096, longContext: k256 },
    },
  },
  {
    ...llama,
    renderers: ['llama3'],
    models: {
      'Llama-3.3-70B-Instruct': { hiddenSize: 8192, retired: true },
      'Llama-3.1-8B-Instruct': { hiddenSize: 4096, retired: true },
    },
  },
  {
    ...llama,
    renderers: plain,
    models: {
      'Llama-3.1-70B': { hiddenSize: 8192, retired: true },
      'Llama-3.1-8B': { hiddenSize: 4096, retired: true },
      'Llama-3.2-3B': { hiddenSize: 3072, retired: true },
      'Llama-3.2-1B': { hiddenSize: 2048, retired: true },
    },
  },
];
