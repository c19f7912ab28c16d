import { Random } from '../../../dev/corpora/random.js';
import { parquetFile, text } from '../../../dev/corpora/parquet.js';
import {
  assistant,
  card,
  exchanges,
  expectedLine,
  jsonLines,
  nothingHeld,
  system,
  user,
} from './data-set.js';
import type { DataSet } from './data-set.js';

const says = (from: string, value: string): object => ({ from, value });

/** Open-Orca/OpenOrca: a column of system prompts, some of them empty. */
export function openorca(): DataSet {
  const all = exchanges(new Random('data set openorca'));
  const promptOf = (index: number): string =>
    index % 4 === 0 ? '' : 'You are an AI assistant. You will be given a task.';
  const rows = all.map(({ index, question, answer }) => ({
    id: `flan.${index}`,
    system_prompt: promptOf(index),
    question,
    response: answer,
  }));
  const columns = ['id', 'system_prompt', 'question', 'response'].map(text);
  return {
    files: {
      'datasets/Open-Orca/OpenOrca/1M-GPT4-Augmented.parquet': parquetFile(rows, columns, 10),
      'datasets/Open-Orca/OpenOrca/3_5M-GPT3_5-Augmented.parquet': parquetFile([], columns, 10),
    },
    lines: all.map(({ index, question, answer }) =>
      expectedLine([
        ...(promptOf(index) === '' ? [] : [system(promptOf(index))]),
        user(question),
        assistant(answer),
      ]),
    ),
  };
}

/** Open-Orca/SlimOrca: a weight on every message, as its renderer had them. */
export function slimorca(): DataSet {
  const all = exchanges(new Random('data set slimorca'));
  const prompt = 'You are an AI assistant. Think step by step.';
  // JSON.stringify has no 0.0.
  const rows = all.map(
    ({ question, answer }) =>
      `{"conversations": [{"from": "system", "value": ${JSON.stringify(prompt)}, "weight": null}, ` +
      `{"from": "human", "value": ${JSON.stringify(question)}, "weight": 0.0}, ` +
      `{"from": "gpt", "value": ${JSON.stringify(answer)}, "weight": 1.0}]}\n`,
  );
  return {
    files: { 'datasets/Open-Orca/SlimOrca/oo-labeled_correct.gpt4.sharegpt.jsonl': rows.join('') },
    lines: all.map(({ question, answer }) =>
      expectedLine([system(prompt), user(question), assistant(answer)]),
    ),
  };
}

/** teknium/OpenHermes-2.5: one JSON list, with a system prompt in the column or in the list. */
export function openhermes(): DataSet {
  const all = exchanges(new Random('data set openhermes'));
  const rows = all.map(({ index, question, answer, goal }) => ({
    custom_instruction: index % 2 === 0 ? false : null,
    topic: null,
    model_name: null,
    model: null,
    skip_prompt_formatting: false,
    category: 'orca',
    conversations: [
      ...(index % 3 === 1 ? [says('system', `You know all about ${goal}.`)] : []),
      says('human', question),
      says('gpt', answer),
    ],
    views: null,
    language: null,
    id: String(index),
    title: null,
    idx: null,
    hash: null,
    avatarUrl: null,
    system_prompt: index % 3 === 2 ? 'You are a friendly guide.' : null,
    source: 'airoboros2.2',
  }));
  return {
    files: { 'datasets/teknium/OpenHermes-2.5/openhermes2_5.json': JSON.stringify(rows, null, 2) },
    lines: all.map(({ index, question, answer, goal }) =>
      expectedLine([
        ...(index % 3 === 1 ? [system(`You know all about ${goal}.`)] : []),
        ...(index % 3 === 2 ? [system('You are a friendly guide.')] : []),
        user(question),
        assistant(answer),
      ]),
    ),
  };
}

/** microsoft/orca-agentinstruct-1M-v1: a row is JSON in a text, a skill is a split. */
export function agentinstruct(): DataSet {
  const all = exchanges(new Random('data set agentinstruct'));
  const skills = ['creative_content', 'text_modification', 'struct2text_flow'];
  const isBlank = (index: number): boolean => index % 4 !== 0;
  const messagesOf = ({ index, question, answer, goal }: (typeof all)[number]) => [
    system(isBlank(index) ? '' : `You know all about ${goal}.`),
    user(question),
    assistant(answer),
    user('Go on.'),
    assistant(`Then enjoy ${goal}.`),
  ];
  const root = 'datasets/microsoft/orca-agentinstruct-1M-v1';
  const fileOf = (skill: string, at: number): readonly [string, Uint8Array] => {
    const rows = all.filter(({ index }) => index % skills.length === at);
    const texts = rows.map((row) => ({ messages: JSON.stringify(messagesOf(row)) }));
    return [`${root}/data/${skill}-00000-of-00001.parquet`, parquetFile(texts, [text('messages')], 5)];
  };
  const splits = skills.map((skill) => ({ config: 'default', split: skill, path: `data/${skill}-*` }));
  return {
    files: { [`${root}/README.md`]: card(splits), ...Object.fromEntries(skills.map(fileOf)) },
    lines: all.map((row) => expectedLine(messagesOf(row).slice(isBlank(row.index) ? 1 : 0))),
    counts: { blankSystem: all.filter(({ index }) => isBlank(index)).length },
  };
}

/** databricks/databricks-dolly-15k: what an answer is based on has a column of its own, often empty. */
export function dolly(): DataSet {
  const all = exchanges(new Random('data set dolly'));
  const contextOf = (index: number, goal: string): string => (index % 2 === 0 ? `A page about ${goal}.` : '');
  const rows = all.map(({ index, question, answer, goal }) => ({
    instruction: question,
    context: contextOf(index, goal),
    response: answer,
    category: index % 2 === 0 ? 'closed_qa' : 'open_qa',
  }));
  return {
    files: { 'datasets/databricks/databricks-dolly-15k/databricks-dolly-15k.jsonl': jsonLines(rows) },
    lines: all.map(({ index, question, answer, goal }) => {
      const context = contextOf(index, goal);
      return expectedLine([user(context === '' ? question : `${question}\n\n${context}`), assistant(answer)]);
    }),
  };
}

/** open-thoughts/OpenThoughts-114k, config `metadata`. */
export function openthoughts(): DataSet {
  const all = exchanges(new Random('data set openthoughts'));
  const rows = all.map(({ question, thought, answer }) => ({
    problem: question,
    deepseek_reasoning: thought,
    deepseek_solution: answer,
    ground_truth_solution: answer,
    domain: 'puzzle',
    source: 'riddle_sense',
    test_cases: null,
    starter_code: null,
  }));
  const columns = Object.keys(rows[0] ?? {}).map(text);
  const root = 'datasets/open-thoughts/OpenThoughts-114k';
  return {
    files: {
      [`${root}/README.md`]: card([
        { config: 'default', split: 'train', path: 'data/train-*' },
        { config: 'metadata', split: 'train', path: 'metadata/train-*' },
      ]),
      [`${root}/metadata/train-00000-of-00012.parquet`]: parquetFile(rows, columns, 10),
      // The other config is not read.
      [`${root}/data/train-00000-of-00006.parquet`]: parquetFile([], columns, 10),
    },
    lines: all.map(({ question, thought, answer }) =>
      expectedLine([user(question), { ...assistant(answer), reasoning_content: thought }]),
    ),
    counts: { holds: { ...nothingHeld, reasoning: all.length } },
  };
}

/** A prompt and completion set as TRL takes them: texts in some rows, lists of messages in others. */
export function trl(): DataSet {
  const all = exchanges(new Random('data set trl'));
  const rows = all.map(({ index, question, answer, goal }) => {
    if (index % 3 === 0) return { prompt: question, completion: answer };
    const earlier = index % 3 === 1 ? [] : [user(question), assistant(`Gladly! ${goal}?`)];
    return {
      prompt: [system('Be short.'), ...earlier, user(index % 3 === 1 ? question : 'Yes, please.')],
      completion: [assistant(answer)],
    };
  });
  return {
    files: { 'data/trl_prompt_completion.jsonl': jsonLines(rows) },
    lines: all.map(({ index, question, answer, goal }) => {
      if (index % 3 === 0) return expectedLine([user(question), assistant(answer)]);
      const asked =
        index % 3 === 1
          ? [user(question)]
          : [user(question), { ...assistant(`Gladly! ${goal}?`), weight: 0 as const }, user('Yes, please.')];
      return expectedLine([system('Be short.'), ...asked, assistant(answer)]);
    }),
    counts: { holds: { ...nothingHeld, weight: all.filter(({ index }) => index % 3 === 2).length } },
  };
}
