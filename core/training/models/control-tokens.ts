/** The tokenizers of the models in the table. */
export type TokenizerName =
  | 'qwen3'
  | 'qwen3.5'
  | 'llama3'
  | 'nemotron3'
  | 'gpt-oss'
  | 'deepseek-v3.1'
  | 'deepseek-v4.1'
  | 'kimi-k2'
  | 'glm5'
  | 'inkling';

/**
 * The ids of the control tokens that renderers write most, by which a tokenizer of another model is
 * recognised. From the tokenizers' own files: `added_tokens` of tokenizer.json, `added_tokens_decoder` of
 * Kimi's tokenizer_config.json; Inkling's from the package tml-renderers 0.2.1.
 */
export const controlTokens: Readonly<Record<TokenizerName, Readonly<Record<string, number>>>> = {
  qwen3: { '<|im_start|>': 151644, '<|im_end|>': 151645 },
  'qwen3.5': { '<|im_start|>': 248045, '<|im_end|>': 248046 },
  llama3: {
    '<|begin_of_text|>': 128000,
    '<|start_header_id|>': 128006,
    '<|end_header_id|>': 128007,
    '<|eot_id|>': 128009,
  },
  nemotron3: { '<|im_start|>': 10, '<|im_end|>': 11, '<think>': 12, '</think>': 13 },
  'gpt-oss': {
    '<|return|>': 200002,
    '<|constrain|>': 200003,
    '<|channel|>': 200005,
    '<|start|>': 200006,
    '<|end|>': 200007,
    '<|message|>': 200008,
    '<|call|>': 200012,
  },
  'deepseek-v3.1': {
    '<｜begin▁of▁sentence｜>': 0,
    '<｜end▁of▁sentence｜>': 1,
    '<think>': 128798,
    '</think>': 128799,
    '<｜User｜>': 128803,
    '<｜Assistant｜>': 128804,
  },
  'deepseek-v4.1': {
    '<｜begin▁of▁sentence｜>': 0,
    '<｜end▁of▁sentence｜>': 1,
    '<｜System｜>': 128799,
    '<｜User｜>': 128803,
    '<｜Assistant｜>': 128804,
    '<think>': 128821,
    '</think>': 128822,
  },
  'kimi-k2': {
    '<|im_end|>': 163586,
    '<|im_user|>': 163587,
    '<|im_assistant|>': 163588,
    '<|im_system|>': 163594,
    '<|im_middle|>': 163601,
  },
  glm5: {
    '[gMASK]': 154822,
    '<sop>': 154824,
    '<|system|>': 154826,
    '<|user|>': 154827,
    '<|assistant|>': 154828,
    '<|observation|>': 154829,
  },
  inkling: {
    '<|message_user|>': 200000,
    '<|message_model|>': 200001,
    '<|message_system|>': 200002,
    '<|message_tool|>': 200003,
    '<|content_text|>': 200004,
    '<|content_model_end_sampling|>': 200006,
    '<|content_thinking|>': 200008,
    '<|end_message|>': 200010,
  },
};
