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
] as const;
export type RendererName = (typeof rendererNames)[number];

/** Which tokens the loss is on. */
export const trainOnModes = [
  'all_assistant_messages',
  'last_assistant_message',
  'last_assistant_turn',
  'all_messages',
  'all_tokens',
] as const;
export type TrainOn = (typeof trainOnModes)[number];
