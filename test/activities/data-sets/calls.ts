import { Random } from '../../../dev/corpora/random.js';
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

/** A tool whose schema has what JSON.parse loses: numbers as they are spelt, and the order of keys. */
const parameters =
  '{"type":"object","properties":{"goal":{"type":"string"},"2":{"type":"number","default":40.0,"maximum":12345678901234567890}},"required":["goal"]}';
const tool = `{"type":"function","function":{"name":"look_up","description":"Looks it up – quickly.","parameters":${parameters}}}`;
/** The same as Python writes it. */
const spaced = (json: string): string => json.replaceAll('":', '": ').replaceAll(',"', ', "');

/** NousResearch/hermes-function-calling-v1: tools in a column and in the words, where the calls are. */
export function hermesCalls(): DataSet {
  const all = exchanges(new Random('data set hermes'));
  const instruction = `You are a function calling AI model. <tools> [${spaced(tool)}] </tools>`;
  const turns = ({ question, answer, goal }: (typeof all)[number]) =>
    [
      ['system', instruction],
      ['human', question],
      ['gpt', `<tool_call>\n{'arguments': {'goal': '${goal}'}, 'name': 'look_up'}\n</tool_call>`],
      ['tool', `<tool_response>\n{"name": "look_up", "content": {"found": 1}}\n</tool_response>`],
      ['gpt', answer],
    ] as const;
  const rows = all.map((exchange) => ({
    id: `0000${exchange.index}`,
    conversations: turns(exchange).map(([from, value]) => ({ from, value })),
    tools: `[${spaced(tool)}]`,
    category: 'Everyday help',
    subcategory: 'Planning',
    task: 'Look something up',
  }));
  const roles = { system: 'system', human: 'user', gpt: 'assistant', tool: 'tool' };
  const root = 'datasets/NousResearch/hermes-function-calling-v1';
  return {
    files: {
      [`${root}/README.md`]: card([
        { config: 'func_calling_singleturn', split: 'train', path: 'func-calling-singleturn.json' },
        { config: 'func_calling', split: 'train', path: 'func-calling.json' },
      ]),
      [`${root}/func-calling.json`]: JSON.stringify(rows),
      [`${root}/func-calling-singleturn.json`]: '[]',
    },
    lines: all.map((exchange) =>
      expectedLine(
        turns(exchange).map(([from, content]) => ({ role: roles[from], content })),
        `[${tool}]`,
      ),
    ),
    counts: { holds: { ...nothingHeld, tools: all.length } },
  };
}

/** Salesforce/xlam-function-calling-60k: the answer is a list of calls, and JSON in a text as the tools. */
export function xlam(): DataSet {
  const all = exchanges(new Random('data set xlam'));
  const bare =
    '{"name":"look_up","description":"Looks it up.","parameters":{"goal":{"description":"What for.","type":"str"},"limit":{"type":"int, optional","default":40.0}}}';
  const argumentsOf = (index: number): string => `{"goal":"number ${index}","limit":1${index}.0}`;
  const rows = all.map(({ index, question }) => ({
    id: index,
    query: question,
    answers: `[${spaced(`{"name":"look_up","arguments":${argumentsOf(index)}}`)}, ${spaced('{"name":"rest","arguments":{}}')}]`,
    tools: `[${spaced(bare)}, {"name": "rest", "description": "", "parameters": {}}]`,
  }));
  const rest = '{"type":"function","function":{"name":"rest","description":"","parameters":{}}}';
  return {
    files: {
      'datasets/Salesforce/xlam-function-calling-60k/xlam_function_calling_60k.json': JSON.stringify(rows),
    },
    lines: all.map(({ index, question }) =>
      expectedLine(
        [
          user(question),
          {
            ...assistant(''),
            tool_calls: [
              { type: 'function', function: { name: 'look_up', arguments: argumentsOf(index) } },
              { type: 'function', function: { name: 'rest', arguments: '{}' } },
            ],
          },
        ],
        `[{"type":"function","function":${bare}},${rest}]`,
      ),
    ),
    counts: { holds: { ...nothingHeld, tools: all.length, toolCalls: all.length } },
  };
}

/** Team-ACE/ToolACE: tools in the system prompt, calls as words. */
export function toolace(): DataSet {
  const all = exchanges(new Random('data set toolace'));
  const prompt = `You are an expert in composing functions. Here is a list of functions:\n[${spaced(tool)}]`;
  const turns = ({ question, answer, goal }: (typeof all)[number]) =>
    [
      ['user', question],
      ['assistant', `[look_up(goal="${goal}")]`],
      ['tool', '[{"name": "look_up", "results": {"found": 1}}]'],
      ['assistant', answer],
    ] as const;
  const rows = all.map((exchange) => ({
    system: prompt,
    conversations: turns(exchange).map(([from, value]) => ({ from, value })),
  }));
  return {
    files: { 'datasets/Team-ACE/ToolACE/data.json': JSON.stringify(rows, null, 1) },
    lines: all.map((exchange) =>
      expectedLine([system(prompt), ...turns(exchange).map(([role, content]) => ({ role, content }))]),
    ),
  };
}

/** A fine-tuning file of OpenAI: calls with ids, results, and weights on the assistant's messages. */
export function openai(): DataSet {
  const all = exchanges(new Random('data set openai'));
  const withCall = all.filter(({ index }) => index % 2 === 0);
  const withWeight = all.filter(({ index }) => index % 2 === 1);
  const callOf = (index: number) => ({
    id: `call_${index}`,
    type: 'function',
    function: { name: 'look_up', arguments: `{ "goal": "number ${index}", "2": 1.50 }` },
  });
  const calls = withCall.map(({ index, question, answer }) => ({
    messages: [
      { role: 'developer', content: 'Use the tools.' },
      { role: 'user', content: [{ type: 'text', text: question }], name: 'ann' },
      { role: 'assistant', content: null, tool_calls: [callOf(index)] },
      { role: 'tool', tool_call_id: `call_${index}`, content: '{"found": 1}' },
      { role: 'assistant', content: answer, weight: 1 },
    ],
    tools: ['TOOL'],
    parallel_tool_calls: false,
  }));
  const weights = withWeight.map(({ question, answer }) => ({
    messages: [
      {
        role: 'user',
        content: question,
      },
      {
        role: 'assistant',
        content: 'No idea.',
        weight: 0,
      },
      {
        role: 'user',
        content: 'Once more?',
      },
      {
        role: 'assistant',
        content: answer,
        weight: 1,
      },
    ],
  }));
  return {
    files: {
      // The schema goes in as text: JSON.stringify would spell its numbers in its own way.
      'data/openai_fine_tuning.jsonl': jsonLines([...calls, ...weights]).replaceAll('"TOOL"', spaced(tool)),
    },
    lines: [
      ...withCall.map(({ index, question, answer }) =>
        expectedLine(
          [
            system('Use the tools.'),
            { ...user(question), name: 'ann' },
            { ...assistant(''), tool_calls: [callOf(index)] },
            { role: 'tool', content: '{"found": 1}', tool_call_id: `call_${index}` },
            assistant(answer),
          ],
          `[${tool}]`,
        ),
      ),
      ...withWeight.map(({ question, answer }) =>
        expectedLine([
          user(question),
          {
            ...assistant('No idea.'),
            weight: 0 as const,
          },
          user('Once more?'),
          assistant(answer),
        ]),
      ),
    ],
    counts: {
      holds: {
        reasoning: 0,
        tools: withCall.length,
        toolCalls: withCall.length,
        weight: withWeight.length,
        names: withCall.length,
      },
    },
  };
}
