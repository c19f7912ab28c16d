// The closed sets of values that keys of a recipe take: a file without zod. Workflows may import it by value,
// and worker threads do not build the schemas of a recipe for it.

/** The shapes of rows that Headrace converts, in the order in which detection tries them. */
export const sourceFormats = [
  'messages',
  'lmsys',
  'prosocial',
  'magpie',
  'sharegpt',
  'alpaca',
  'prompt-response',
] as const;
export type SourceFormat = (typeof sourceFormats)[number];

/** Where the reasoning of an assistant goes: a member of its message, or a think block in its content. */
export const reasoningForms = ['field', 'inline'] as const;
export type ReasoningForm = (typeof reasoningForms)[number];

/** The ways to write a conversation for a model. */
export const rendererNames = [
  'role_colon',
  'llama3',
  'qwen3',
  'qwen3_disable_thinking',
  'qwen3_instruct',
  'qwen3_vl',
  'qwen3_vl_instruct',
  'qwen3_5',
  'qwen3_5_disable_thinking',
  'qwen3_5_preserve_thinking',
  'qwen3_8_xhigh_reasoning',
  'qwen3_8_medium_reasoning',
  'qwen3_8_low_reasoning',
  'qwen3_8_disable_thinking',
  'nemotron3',
  'nemotron3_low_thinking',
  'nemotron3_disable_thinking',
  'nemotron3_preserve_thinking',
  'nemotron3_ultra',
  'nemotron3_ultra_medium_thinking',
  'nemotron3_ultra_disable_thinking',
  'nemotron3_ultra_preserve_thinking',
  'gpt_oss_no_sysprompt',
  'gpt_oss_low_reasoning',
  'gpt_oss_medium_reasoning',
  'gpt_oss_high_reasoning',
  'deepseekv3',
  'deepseekv3_disable_thinking',
  'deepseekv3_thinking',
  'deepseekv4_1',
  'deepseekv4_1_low_reasoning',
  'deepseekv4_1_max_reasoning',
  'deepseekv4_1_disable_thinking',
  'deepseekv4_1_preserve_thinking',
  'glm5_3_max_reasoning',
  'glm5_3_high_reasoning',
  'glm5_3_low_reasoning',
  'kimi_k2',
  'kimi_k25',
  'kimi_k25_disable_thinking',
  'kimi_k26',
  'kimi_k26_disable_thinking',
  'kimi_k26_preserve_thinking',
  'tml_v0',
] as const;
export type RendererName = (typeof rendererNames)[number];

/** Which tokens the loss is on. */
export const trainOnModes = [
  'all_assistant_messages',
  'last_assistant_message',
  'last_assistant_turn',
  'all_messages',
  'all_tokens',
  'all_user_and_system_messages',
] as const;
export type TrainOn = (typeof trainOnModes)[number];

/** What an example of the training is: a conversation, or one for each turn of it that is trained. */
export const exampleForms = ['conversation', 'turn'] as const;
export type ExampleForm = (typeof exampleForms)[number];
