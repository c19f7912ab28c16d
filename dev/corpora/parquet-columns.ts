import { bool, float64, int64, list, struct, text, type Column } from './parquet.js';

/** The columns of lmsys/lmsys-chat-1m, with these moderation categories. */
export function lmsysColumns(categories: readonly string[]): readonly Column[] {
  return [
    text('conversation_id'),
    text('model'),
    list('conversation', (name) => struct(name, text('content'), text('role'))),
    int64('turn'),
    text('language'),
    list('openai_moderation', (name) =>
      struct(
        name,
        struct('categories', ...categories.map(bool)),
        struct('category_scores', ...categories.map(float64)),
        bool('flagged'),
      ),
    ),
    bool('redacted'),
  ];
}

/** The columns of Magpie-Align/Magpie-Llama-3.1-Pro-300K-Filtered. */
export const magpieColumns: readonly Column[] = [
  text('uuid'),
  text('model'),
  struct(
    'gen_input_configs',
    float64('temperature'),
    float64('top_p'),
    text('input_generator'),
    text('seed'),
    text('pre_query_template'),
  ),
  text('instruction'),
  text('response'),
  list('conversations', (name) => struct(name, text('from'), text('value'))),
  text('task_category'),
  list('other_task_category', text),
  ...['task_category_generator', 'difficulty', 'intent', 'knowledge', 'difficulty_generator'].map(text),
  ...['input_quality', 'quality_explanation', 'quality_generator', 'llama_guard_2', 'reward_model'].map(text),
  float64('instruct_reward'),
  float64('min_neighbor_distance'),
  int64('repeat_count'),
  text('min_similar_uuid'),
  int64('instruction_length'),
  int64('response_length'),
  text('language'),
];
