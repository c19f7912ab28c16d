import type { TextSource } from './text.js';

/**
 * Rows of the four corpora in the schemas of the originals, with the share of odd ones that such data has.
 */

interface Turn {
  readonly content: string;
  readonly role: 'user' | 'assistant';
}

export const moderationCategories = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'self-harm',
  'self-harm/instructions',
  'self-harm/intent',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
] as const;

/** One turn in 600 is empty. */
function turns(source: TextSource, exchanges: number, answerMean: number): Turn[] {
  const said = (mean: number): string =>
    source.random.chance(1 / 600) ? '' : source.text(source.length(mean));
  return Array.from({ length: exchanges }, (): Turn[] => [
    { content: said(220), role: 'user' },
    { content: said(answerMean), role: 'assistant' },
  ]).flat();
}

/** Key order as in HuggingFaceH4/ultrachat_200k. */
export function ultrachatRow(source: TextSource): object {
  const messages = turns(source, 2 + source.random.int(4), 1300);
  return { prompt: messages[0]?.content ?? '', prompt_id: source.random.hex(64), messages };
}

export function lmsysRow(source: TextSource): object {
  const { random } = source;
  const exchanges = 1 + Math.floor(4 * random.next() ** 3);
  return {
    conversation_id: random.hex(32),
    model: `model-${random.int(25)}`,
    conversation: turns(source, exchanges, 800),
    turn: BigInt(exchanges),
    language: random.chance(0.8) ? 'English' : (['Spanish', 'Chinese', 'German'][random.int(3)] ?? ''),
    openai_moderation: Array.from({ length: 2 * exchanges }, () => moderation(source)),
    redacted: random.chance(0.2),
  };
}

function moderation({ random }: TextSource): object {
  const all = (value: () => unknown): object =>
    Object.fromEntries(moderationCategories.map((category) => [category, value()]));
  return {
    categories: all(() => false),
    category_scores: all(() => random.next() ** 8),
    flagged: random.chance(0.03),
  };
}

export function magpieRow(source: TextSource): object {
  const { random } = source;
  const instruction = source.text(source.length(300));
  const response = `## Step 1\n${source.text(source.length(2400))}`;
  return {
    uuid: [8, 4, 4, 4, 12].map((count) => random.hex(count)).join('-'),
    model: 'meta-llama/Meta-Llama-3.1-70B-Instruct',
    gen_input_configs: {
      temperature: 1,
      top_p: 1,
      input_generator: 'meta-llama/Meta-Llama-3.1-70B-Instruct',
      seed: null,
      pre_query_template: '<|begin_of_text|>',
    },
    instruction,
    response,
    conversations: [
      { from: 'human', value: instruction },
      { from: 'gpt', value: response },
    ],
    task_category: 'Math',
    other_task_category: ['Reasoning'],
    difficulty: 'easy',
    input_quality: random.chance(0.5) ? 'good' : 'excellent',
    instruct_reward: 10 * random.next() - 5,
    instruction_length: BigInt(instruction.length),
    response_length: BigInt(response.length),
    language: 'EN',
  };
}

/** The rows of one dialogue. */
export function prosocialRows(source: TextSource, dialogueId: number): object[] {
  const { random } = source;
  const count = 1 + random.int(5);
  return Array.from({ length: count }, (_, responseId) => ({
    context: source.text(source.length(90)),
    response: source.text(source.length(140)),
    rots: random.chance(0.3) ? null : [source.text(50), source.text(60)],
    safety_label: random.chance(0.3) ? '__casual__' : '__needs_caution__',
    safety_annotations: ['needs_caution', 'needs_caution', 'casual'],
    safety_annotation_reasons: [source.text(50), source.text(40), ''],
    source: 'socialchemistry',
    etc: null,
    dialogue_id: dialogueId,
    response_id: responseId,
    episode_done: responseId === count - 1,
  }));
}
