import type { Random } from './random.js';
import { trouble } from './talk.js';

const safetyLabels = [
  '__casual__',
  '__possibly_needs_caution__',
  '__probably_needs_caution__',
  '__needs_caution__',
] as const;

/** A row of allenai/prosocial-dialog, with the columns of the original in their order. */
export interface ProsocialRow {
  readonly context: string;
  readonly response: string;
  readonly rots: readonly string[] | null;
  readonly safety_label: string;
  readonly safety_annotations: readonly string[];
  readonly safety_annotation_reasons: readonly string[];
  readonly source: string;
  readonly etc: string | null;
  readonly dialogue_id: number;
  readonly response_id: number;
  readonly episode_done: boolean;
}

const reasonsFor: Readonly<Record<string, string>> = {
  __casual__: 'this is everyday talk',
  __possibly_needs_caution__: 'someone may feel left out',
  __probably_needs_caution__: 'a kind word would help here',
  __needs_caution__: 'trust between two people is at stake',
};

/**
 * The rows of one dialogue of two or three exchanges: a small trouble, a rule of thumb, a gentle question.
 */
export function prosocialDialogue(random: Random, dialogueId: number): ProsocialRow[] {
  const { person, deed, rule, mend, feel } = trouble(random);
  const question = random.pick([
    'What should I do?',
    'Is that bad?',
    'I feel bad about it.',
    'It was not a big thing.',
  ]);
  const exchanges: (readonly [string, string])[] = [
    random.chance(0.35)
      ? [
          random.pick([
            `My ${person} is upset with me. ${question}`,
            `I ${deed}, and now they are upset. ${question}`,
          ]),
          `I hear you. It is kind to listen first. Ask your ${person} how they feel, and then say sorry.`,
        ]
      : [`I ${deed}. ${question}`, `I hear you. ${rule} How do you think your ${person} feels?`],
    [
      random.pick([
        `My ${person} may feel ${feel}.`,
        `I think they feel ${feel}.`,
        `Maybe a little ${feel}.`,
      ]),
      `That is good to notice. You could ${mend}.`,
    ],
    [
      random.pick([
        'What if it is too late?',
        'I am nervous about it.',
        'Will that really help?',
        'I will try it today.',
      ]),
      `It is never too late to be kind. Your ${person} will be glad that you tried.`,
    ],
  ];
  const count = random.chance(0.4) ? 3 : 2;
  const label = random.pick(safetyLabels);
  return exchanges.slice(0, count).map(([context, response], index) => ({
    context,
    response,
    rots: label === '__casual__' ? null : [rule],
    safety_label: label,
    safety_annotations: Array.from({ length: 3 }, () => label.replaceAll('__', '')),
    safety_annotation_reasons: Array.from({ length: 3 }, () => reasonsFor[label] ?? ''),
    source: random.pick(['socialchemistry', 'ethics-amt']),
    etc: null,
    dialogue_id: dialogueId,
    response_id: index,
    episode_done: index === count - 1,
  }));
}

/**
 * The lines of one split, rows of a dialogue scattered over the file as the format allows. A few dialogues
 * have what real ones have: an equal row twice, a missing turn, no end, two different turns with one number.
 */
export function prosocialSplit(random: Random, firstId: number, dialogues: number): string[] {
  const rows: ProsocialRow[] = [];
  for (let index = 0; index < dialogues; index += 1) {
    const dialogue = prosocialDialogue(random, firstId + index);
    const [first, second] = dialogue;
    if (first === undefined || second === undefined) throw new Error('a dialogue has at least two exchanges');
    if (index % 120 === 40) rows.push(first);
    if (index % 120 === 60) dialogue.splice(1, 1);
    if (index % 120 === 80) dialogue.splice(-1, 1, { ...(dialogue.at(-1) ?? first), episode_done: false });
    if (index % 300 === 100) rows.push({ ...second, response: 'Tell me more about it.' });
    rows.push(...dialogue);
  }
  return random.shuffle(rows).map((row) => JSON.stringify(row));
}
