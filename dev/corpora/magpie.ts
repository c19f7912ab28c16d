import type { Random } from './random.js';
import { capital, request } from './talk.js';

/**
 * A row of Magpie-Align/Magpie-Llama-3.1-Pro-300K-Filtered, with the columns of the original in their order.
 */
export interface MagpieRow {
  readonly uuid: string;
  readonly model: string;
  readonly gen_input_configs: Readonly<Record<string, unknown>>;
  readonly instruction: string;
  readonly response: string;
  readonly conversations: readonly { readonly from: string; readonly value: string }[];
  readonly task_category: string;
  readonly other_task_category: readonly string[];
  readonly task_category_generator: string;
  readonly difficulty: string;
  readonly intent: string;
  readonly knowledge: string;
  readonly difficulty_generator: string;
  readonly input_quality: string;
  readonly quality_explanation: string;
  readonly quality_generator: string;
  readonly llama_guard_2: string;
  readonly reward_model: string;
  readonly instruct_reward: number;
  readonly min_neighbor_distance: number;
  readonly repeat_count: bigint;
  readonly min_similar_uuid: string | null;
  readonly instruction_length: bigint;
  readonly response_length: bigint;
  readonly language: string;
}

/** One long answer under the headings "## Step 1" to "## Step 3", and a closing line. */
export function magpieRow(random: Random): MagpieRow {
  const { ask, steps, tip, goal } = request(random);
  const titles = [
    random.pick(['Get ready', 'Make a start', 'Begin well']),
    random.pick(['Do the main part', 'Take your time', 'Keep going']),
    random.pick(['Finish well', 'Look at the result', 'Bring it to an end']),
  ];
  const sections = steps.map(
    (step, index) => `## Step ${index + 1}: ${titles[index] ?? ''}\n${capital(step)}.`,
  );
  const instruction = `${ask} ${random.pick(['Explain step by step.', 'Give me clear steps.', 'I need a full guide.'])}`;
  const response = `${sections.join('\n\n')}\n\nThe final answer for ${goal}: ${tip}.`;
  return {
    uuid: [8, 4, 4, 4, 12].map((count) => random.hex(count)).join('-'),
    model: 'meta-llama/Meta-Llama-3.1-70B-Instruct',
    gen_input_configs: {
      temperature: 1,
      top_p: 1,
      input_generator: 'meta-llama/Meta-Llama-3.1-70B-Instruct',
      seed: null,
      pre_query_template: '<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n',
    },
    instruction,
    response,
    conversations: [
      { from: 'human', value: instruction },
      { from: 'gpt', value: response },
    ],
    task_category: random.pick(['Planning', 'Advice seeking', 'Information seeking', 'Reasoning']),
    other_task_category: random.sample(['Planning', 'Brainstorming', 'Editing'], random.int(3)),
    task_category_generator: 'meta-llama/Meta-Llama-3.1-8B-Instruct',
    difficulty: random.pick(['very easy', 'easy', 'medium', 'hard']),
    intent: `The user wants help with ${goal}.`,
    knowledge: `To answer, one needs to know about ${goal}.`,
    difficulty_generator: 'meta-llama/Meta-Llama-3.1-8B-Instruct',
    input_quality: random.pick(['average', 'good', 'excellent']),
    quality_explanation: 'The question is clear and says what is wanted.',
    quality_generator: 'meta-llama/Meta-Llama-3.1-8B-Instruct',
    llama_guard_2: 'safe',
    reward_model: 'sfairXC/FsfairX-LLaMA3-RM-v0.1',
    instruct_reward: random.next() * 6 - 2,
    min_neighbor_distance: random.next(),
    repeat_count: 1n,
    min_similar_uuid: null,
    instruction_length: BigInt(instruction.length),
    response_length: BigInt(response.length),
    language: 'EN',
  };
}
