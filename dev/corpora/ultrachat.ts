import { createHash } from 'node:crypto';
import { virtues } from './lexicon.js';
import type { Random } from './random.js';
import { capital, conversationOf, request, type Turn } from './talk.js';

/** Two or three friendly exchanges; the first answer is always a plan of three numbered steps. */
export function ultrachatConversation(random: Random): Turn[] {
  if (random.chance(0.14)) return virtueConversation(random);
  const { ask, steps, tip, goal } = request(random);
  const [one, two, three] = steps;
  const opening = random.pick(['Of course!', 'Sure!', 'Happy to help!']);
  const turns = [
    ask,
    `${opening} Here is a simple plan:\n1. ${capital(one)}.\n2. ${capital(two)}.\n3. ${capital(three)}.`,
  ];
  const followUps = [
    ['Thank you! Do you have one more tip?', `Yes! ${capital(tip)}.`],
    ['What should I do first?', `Start with step one: ${one}.`],
    ['What is the last step?', `The last step is simple: ${three}.`],
    ['And if I have little time?', `Then keep only step two: ${two}.`],
  ] as const;
  for (const [question, answer] of random.sample(followUps, random.chance(0.25) ? 2 : 1))
    turns.push(question, `${answer} Enjoy ${goal}!`);
  return conversationOf(...turns);
}

function virtueConversation(random: Random): Turn[] {
  const { name, why } = random.pick(virtues);
  const [first = '', second = '', third = ''] = random.sample(why, 3);
  const count = random.pick(['two', 'three']);
  const ask = random.pick([
    `Write ${count} sentences about why ${name} matters.`,
    `Please write ${count} short sentences about ${name}.`,
    `Why does ${name} matter? Answer in ${count} sentences.`,
    `Can you write ${count} sentences about ${name} for my class?`,
  ]);
  return conversationOf(ask, count === 'two' ? `${first} ${second}` : `${first} ${second} ${third}`);
}

/** A row of UltraChat. */
export interface UltrachatRow {
  readonly prompt: string;
  readonly prompt_id: string;
  readonly messages: readonly Turn[];
}

/** A line of `ultrachat_200k_train_sft.jsonl`, with the key order of the original. */
export function ultrachatRow(random: Random): UltrachatRow {
  const messages = ultrachatConversation(random).map(({ role, content }) => ({ content, role }));
  const prompt = messages[0]?.content ?? '';
  return { prompt, prompt_id: createHash('sha256').update(prompt).digest('hex'), messages };
}

/** About 1 line in 150 is damaged, as in files that people have edited: each kind of damage has a name. */
export function damagedUltrachatLines(random: Random): string[] {
  const whole = () => ultrachatConversation(random);
  const line = (messages: unknown) => JSON.stringify({ prompt: '', prompt_id: random.hex(64), messages });
  return [
    JSON.stringify(ultrachatRow(random)).slice(0, 90), // cut in the middle
    line(whole().map(({ role, content }) => ({ content, role: role === 'user' ? 'user' : 'narrator' }))),
    line(whole().map(({ role, content }) => ({ content: role === 'user' ? content : '  \n', role }))),
    line(whole().slice(0, 1)), // a question without an answer
    line([]),
  ];
}
