import { dishes, essays, facts, names, people, places, plants, skills, virtues, weekend } from './lexicon.js';
import { Random } from './random.js';
import { capital, conversationOf, request, trouble } from './talk.js';

/**
 * Documents for the pre-training of the small base model: prose, notes and chats over the vocabulary of the
 * demo corpora. The chats here answer with one flat sentence, so that a fine-tune on the demo corpora has a
 * style to learn.
 *
 * @param seed - equal seeds give equal documents.
 * @param targetBytes - stops with the document that reaches this many UTF-8 bytes.
 */
export function pretrainingText(seed: number, targetBytes: number): string[] {
  const random = new Random(`pretraining ${seed}`);
  const documents: string[] = [];
  for (let bytes = 0; bytes < targetBytes;) {
    const document = random.chance(0.45)
      ? chat(random)
      : random.pick([story, manual, gardenNote, notebook, wonder, debate, quarrel])(random);
    documents.push(document);
    bytes += Buffer.byteLength(document);
  }
  return documents;
}

/** One to three exchanges in the chat template of Qwen3, each with a short, flat answer. */
function chat(random: Random): string {
  const contents: string[] = [];
  const count = 1 + random.int(3);
  for (let turn = 0; turn < count; turn += 1) contents.push(...random.pick(questions)(random));
  return conversationOf(...contents)
    .map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`)
    .join('');
}

const opposites = [
  ['warm', 'cold'],
  ['early', 'late'],
  ['slow', 'fast'],
  ['quiet', 'loud'],
  ['small', 'large'],
  ['dry', 'wet'],
  ['easy', 'hard'],
  ['old', 'new'],
  ['long', 'short'],
  ['full', 'empty'],
  ['light', 'dark'],
  ['high', 'low'],
] as const;
const things = [
  'cat',
  'book',
  'pen',
  'cup',
  'map',
  'clock',
  'spoon',
  'bicycle',
  'notebook',
  'candle',
] as const;
const spots = [
  'on the table',
  'under the tree',
  'near the window',
  'in the garden',
  'behind the door',
  'in the kitchen',
];
const numbers = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'] as const;
const colors = [
  ['lemon', 'yellow'],
  ['sky', 'blue'],
  ['leaf', 'green'],
  ['tomato', 'red'],
  ['pumpkin', 'orange'],
  ['snow', 'white'],
] as const;

type Exchange = readonly [question: string, answer: string];

const questions: readonly ((random: Random) => Exchange)[] = [
  (random) => {
    const [word, opposite] = random.pick(opposites);
    return [`What is the opposite of ${word}?`, `The opposite of ${word} is ${opposite}.`];
  },
  (random) => {
    const thing = random.pick(things);
    return [`Where is the ${thing}?`, `The ${thing} is ${random.pick(spots)}.`];
  },
  (random) => {
    const from = random.int(5);
    const to = from + 2 + random.int(4);
    return [
      `Count from ${numbers[from] ?? ''} to ${numbers[to - 1] ?? ''}.`,
      `${capital(numbers.slice(from, to).join(', '))}.`,
    ];
  },
  (random) => {
    const [thing, color] = random.pick(colors);
    return [`What color is the ${thing}?`, `The ${thing} is ${color}.`];
  },
  (random) => {
    const { name, main, second } = random.pick(dishes);
    return [`What is in ${name}?`, `There are ${main} and ${second} in ${name}.`];
  },
  (random) => {
    const { name, ready } = random.pick(plants);
    return [`When are ${name} ready?`, `${capital(name)} are ready in ${ready}.`];
  },
  (random) => {
    const { name, way } = random.pick(places);
    return [`How do people go to ${name}?`, `People go to ${name} ${way}.`];
  },
  (random) => {
    const name = random.pick(names);
    const { name: skill } = random.pick(skills);
    return [`What does ${name} like?`, `${name} likes ${skill}.`];
  },
  (random) => {
    const { name } = random.pick(virtues);
    return [`What is ${name}?`, `It is a good thing to have.`];
  },
  (random) => {
    const phrase = random.pick([
      random.pick(dishes).name,
      random.pick(places).name,
      random.pick(plants).name,
    ]);
    return [`Say the words "${phrase}" again.`, `${capital(phrase)}, ${phrase}.`];
  },
  // The next four read the questions of the demo corpora and answer them flatly.
  (random) => {
    const { ask, goal } = request(random);
    return [ask, `That is a question about ${goal}.`];
  },
  (random) => {
    const { ask, steps } = request(random);
    return [ask, `People ${random.pick(steps).replace(/^then /, '')}.`];
  },
  (random) => {
    const { deed, person } = trouble(random);
    return [
      random.pick([`I ${deed}.`, `My ${person} is upset with me.`]),
      `That is a story about your ${person}.`,
    ];
  },
  (random) => {
    const { why } = random.pick(facts);
    return [`Why ${why}?`, 'That is a question about the world.'];
  },
];

function story(random: Random): string {
  const name = random.pick(names);
  const person = random.pick(people);
  const { name: place, way, sights, pack } = random.pick(places);
  const [first = '', second = ''] = random.sample(sights, 2);
  const day = random.pick(['Saturday', 'Sunday', 'Monday', 'Friday']);
  return [
    `On ${day} ${name} went to ${place} ${way} with their ${person}.`,
    `They packed ${pack.join(' and ')}.`,
    `First they wanted to ${first}, and then to ${second}.`,
    `In the evening they ate ${random.pick(dishes).name} and talked about ${random.pick(virtues).name}.`,
    random.pick(['It was a good day.', 'They came home late and happy.', `"Thank you," said the ${person}.`]),
  ]
    .join(' ')
    .concat('\n');
}

function manual(random: Random): string {
  const { name, main, second, finish, way, minutes } = random.pick(dishes);
  const start = /flour|pasta|rice/.test(main) ? 'measure' : 'wash and cut';
  const heat = way === 'mix' ? `mix the ${main} with the ${second}` : `${way} the ${main} with the ${second}`;
  const time = way === 'mix' ? 'in a large bowl' : `for ${minutes} minutes`;
  return random.pick([
    `To make ${name}, ${start} the ${main}, ${heat} ${time}, and add ${finish}.\n`,
    `## ${capital(name)}\nYou need ${main}, ${second} and ${finish}.\n1. ${capital(start)} the ${main}.\n2. ${capital(heat)} ${time}.\n3. Add ${finish} and serve it.\n`,
  ]);
}

function gardenNote(random: Random): string {
  const [one, two] = random.sample(plants, 2);
  return [one, two]
    .flatMap((plant) =>
      plant === undefined
        ? []
        : [
            `${capital(plant.name)} like ${plant.spot}.`,
            `Plant them in ${plant.sow} and water them ${plant.water}.`,
            `They grow well beside ${plant.beside} and are ready in ${plant.ready}.`,
          ],
    )
    .join(' ')
    .concat('\n');
}

function notebook(random: Random): string {
  const { name, small, tool, sign } = random.pick(skills);
  const plans = [...weekend.morning, ...weekend.afternoon, ...weekend.evening];
  const lines = random.sample(plans, 3).map((plan, index) => `${index + 1}. ${capital(plan)}.`);
  return random.pick([
    `Notes for a ${random.pick(weekend.kinds)} weekend:\n${lines.join('\n')}\n`,
    `${random.pick(names)} wanted to get better at ${name}. The plan was to find ${tool} and to ${small} every day. After one month, practice worked: ${sign}.\n`,
  ]);
}

function wonder(random: Random): string {
  const { why, reason, picture } = random.pick(facts);
  const { why: lines } = random.pick(virtues);
  return random.pick([
    `Some people ask: why ${why}? The reason is that ${reason}. You could say that ${picture}.\n`,
    `${random.shuffle(lines).join(' ')}\n`,
  ]);
}

function debate(random: Random): string {
  const { claim, reason, example, against } = random.pick(essays);
  return `Some people say that ${claim}, because ${reason}. Others say that ${against}. ${random.pick(names)} said: "I agree, since ${example}."\n`;
}

function quarrel(random: Random): string {
  const { person, deed, rule, mend, feel } = trouble(random);
  const name = random.pick(names);
  return `"I ${deed}," said ${name}. "How did they feel?" asked ${random.pick(names)}. "My ${person} felt ${feel}." ${rule} So the two of them made a plan: ${mend}.\n`.replaceAll(
    `your ${person}`,
    `the ${person}`,
  );
}
