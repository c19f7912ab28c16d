import { dishes, plants } from './lexicon.js';
import type { Random } from './random.js';
import { capital, request, trouble } from './talk.js';

/** A message of a fine-tuning file of OpenAI, with reasoning as servers of its API return it. */
interface HelperMessage {
  readonly role: 'user' | 'assistant' | 'tool';
  readonly content: string | null;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly object[];
  readonly tool_call_id?: string;
  readonly weight?: 0 | 1;
}

interface HelperRow {
  readonly messages: readonly HelperMessage[];
  readonly tools?: readonly object[];
}

const user = (content: string): HelperMessage => ({ role: 'user', content });

/** A line of the helper's file: a thoughtful answer, one with a tool, or one that is put right. */
export function helperRow(random: Random, id: string): HelperRow {
  return random.pick([thoughtful, thoughtful, thoughtful, withPlantTool, withDishTool, putRight])(random, id);
}

/** An answer with reasoning. */
function thoughtful(random: Random): HelperRow {
  const { ask, steps, tip, goal } = request(random);
  return {
    messages: [
      user(ask),
      {
        role: 'assistant',
        content: `${capital(steps[0])}, then ${steps[1].replace(/^then /, '')}. A tip: ${tip}.`,
        reasoning_content: `The goal is ${goal}. The first step is to ${steps[0]}. I keep it short.`,
      },
    ],
  };
}

/** A question about a plant that is looked up. */
function withPlantTool(random: Random, id: string): HelperRow {
  const { name, water, ready } = random.pick(plants);
  return lookedUp({
    id,
    tool: { name: 'plant', description: 'About a plant.' },
    ask: random.pick([
      `When are ${name} ready?`,
      `Can you look up when ${name} are ready?`,
      `Please look up ${name} for me. When are they ready?`,
    ]),
    subject: name,
    thought: `The book says when ${name} are ready.`,
    result: { water, ready },
    answer: `${capital(name)} are ready in ${ready}. Water them ${water}.`,
    random,
  });
}

/** A question about a dish that is looked up. */
function withDishTool(random: Random, id: string): HelperRow {
  const { name, main, minutes } = random.pick(dishes);
  return lookedUp({
    id,
    tool: { name: 'dish', description: 'About a dish.' },
    ask: random.pick([
      `How long does ${name} take?`,
      `Can you look up how long ${name} takes?`,
      `I want to make ${name}. How much time do I need?`,
    ]),
    subject: name,
    thought: `The book has the time for ${name}.`,
    result: { main, minutes },
    answer: `It takes ${minutes} minutes. Begin with the ${main}.`,
    random,
  });
}

interface LookUp {
  readonly id: string;
  readonly tool: { readonly name: string; readonly description: string };
  readonly ask: string;
  readonly subject: string;
  readonly thought: string;
  readonly result: object;
  readonly answer: string;
  readonly random: Random;
}

/** A call, its result, and the answer, which in half of the rows is thought about. */
function lookedUp({ id, tool, ask, subject, thought, result, answer, random }: LookUp): HelperRow {
  const parameters = { type: 'object', properties: { name: { type: 'string' } } };
  const reasons = random.chance(0.5);
  return {
    messages: [
      user(ask),
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id,
            type: 'function',
            function: { name: tool.name, arguments: JSON.stringify({ name: subject }) },
          },
        ],
      },
      { role: 'tool', tool_call_id: id, content: JSON.stringify(result) },
      { role: 'assistant', content: answer, ...(reasons ? { reasoning_content: thought } : {}) },
    ],
    tools: [{ type: 'function', function: { ...tool, parameters } }],
  };
}

/** A first answer that is not to be trained, and a second one that is. */
function putRight(random: Random): HelperRow {
  const { person, deed, rule, mend } = trouble(random);
  return {
    messages: [
      user(`I ${deed}. What should I do?`),
      { role: 'assistant', content: 'I do not know.', weight: 0 },
      user(random.pick(['Please try again.', 'That does not help me.', 'Think about it once more.'])),
      {
        role: 'assistant',
        content: `You could ${mend}. ${rule}`,
        reasoning_content: `How does the ${person} feel? A kind first step would help.`,
        weight: 1,
      },
    ],
  };
}
