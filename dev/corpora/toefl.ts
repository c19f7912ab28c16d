import { essays } from './lexicon.js';
import type { Random } from './random.js';
import { capital, conversationOf, type Turn } from './talk.js';

interface Round {
  readonly claim: string;
  readonly question: string;
  readonly followUp: string;
  readonly reply: string;
  readonly feedback: string;
}

const openings = ['I agree because', 'I think so because', 'Yes, because', 'In my view this is true because'];
const praises = ['Good start.', 'Well said.', 'A clear answer.', 'Nice work.'];

/**
 * A learner's answer, a teacher's follow-up question, an example, and feedback with the same closing every
 * time.
 */
function round(random: Random): Round {
  const { claim, reason, example, against } = random.pick(essays);
  const followUp = random.pick([
    'Can you give one example?',
    'Can you tell a short story from your own life?',
    `What would you say to someone who thinks that ${against}?`,
  ]);
  const topic = random.pick(['', ' Write one sentence.', ' Explain your reason.', ' You have two minutes.']);
  return {
    claim,
    question: `Question: Do you agree that ${claim}?${topic}\nMy answer: ${random.pick(openings)} ${reason}.`,
    followUp: `${random.pick(praises)} Your reason is clear.\nFollow-up: ${followUp}`,
    reply: random.pick([
      `For example, ${example}.`,
      `Yes, of course: ${example}.`,
      `I know that ${against}, but ${example}.`,
    ]),
    feedback: `Your example fits.\nNext step: write about the other side: ${against}.`,
  };
}

/** Two exchanges, as in the files of two-turn follow-ups. */
export function toeflConversation(random: Random): Turn[] {
  const { question, followUp, reply, feedback } = round(random);
  return conversationOf(question, followUp, reply, feedback);
}

/** A line of the `…_2turn_…` and `…_10_part…` files. */
export function toeflRow(random: Random, id: string): object {
  const messages = toeflConversation(random);
  return { id, task: 'independent_speaking', messages };
}

/** A line of the pilot: one exchange, as `prompt` and `response`. */
export function toeflPilotRow(random: Random): object {
  const { question, followUp } = round(random);
  return { prompt: question, response: followUp };
}

/** A line of the scaffolding files: `instruction`, `input`, `output`. */
export function scaffoldingRow(random: Random): object {
  const { claim, reason, example } = random.pick(essays);
  const [instruction, output] = random.pick([
    [
      'Write an outline for this topic.',
      `1. My view: ${claim}.\n2. My reason: ${reason}.\n3. My example: ${example}.`,
    ],
    ['Write a first sentence for this topic.', `I believe that ${claim}, because ${reason}.`],
    ['Give one reason for this topic.', `${capital(reason)}.`],
  ] as const);
  return { instruction, input: `Topic: ${claim}`, output };
}
