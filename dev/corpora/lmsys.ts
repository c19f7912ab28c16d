import { facts, names } from './lexicon.js';
import type { Random } from './random.js';
import { capital, conversationOf, request, type Turn } from './talk.js';

/** A row of lmsys/lmsys-chat-1m: the columns of the original, with a few of its moderation categories. */
export interface LmsysRow {
  readonly conversation_id: string;
  readonly model: string;
  readonly conversation: readonly { readonly content: string; readonly role: string }[];
  readonly turn: bigint;
  readonly language: string;
  readonly openai_moderation: readonly {
    readonly categories: Readonly<Record<string, boolean>>;
    readonly category_scores: Readonly<Record<string, number>>;
    readonly flagged: boolean;
  }[];
  readonly redacted: boolean;
}

export const moderationCategories = ['harassment', 'hate', 'self-harm', 'sexual', 'violence'] as const;

const models = ['vicuna-13b', 'koala-13b', 'alpaca-13b', 'chatglm-6b', 'oasst-pythia-12b', 'fastchat-t5-3b'];

/** Small questions in other languages: they are there to be filtered out. */
const elsewhere: readonly (readonly [language: string, question: string, answer: string])[] = [
  ['Spanish', '¿Cómo preparo una sopa de tomate?', 'Cocina los tomates con cebolla y añade albahaca fresca.'],
  ['Spanish', '¿Por qué es azul el cielo?', 'Porque el aire dispersa mejor la luz azul.'],
  [
    'French',
    'Comment faire une salade de fruits ?',
    'Coupez les pommes et les oranges, puis ajoutez de la menthe.',
  ],
  ['German', 'Wann soll ich Tulpen pflanzen?', 'Im Herbst, in einer ruhigen Ecke des Gartens.'],
  ['Portuguese', 'O que levo para a praia?', 'Leve um chapéu, água e uma toalha seca.'],
  ['Italian', 'Come si fa il pane?', 'Mescola farina, acqua tiepida e sale, poi cuoci il pane in forno.'],
  ['Japanese', '空はなぜ青いのですか。', '空気が青い光をよく散らすからです。'],
  ['Chinese', '怎么种西红柿？', '选一个阳光充足的地方，每天早上浇水。'],
];

/**
 * Questions as people type them; answers that begin with "In short" and continue with "Think of it this way".
 */
export function lmsysConversation(random: Random): Turn[] {
  if (random.chance(0.04)) return markupConversation(random);
  if (random.chance(0.35)) {
    const { ask, steps, tip } = request(random);
    return conversationOf(
      random.chance(0.5) ? ask.toLowerCase() : ask,
      `In short, ${steps[0]}, ${steps[1]}, and ${steps[2].replace(/^then /, '')}. One more thing: ${tip}.`,
    );
  }
  const { why, reason, picture } = random.pick(facts);
  const turns = [
    random.pick([
      `why ${why}?`,
      `Why ${why}?`,
      `please explain: why ${why}?`,
      `Explain to a child: why ${why}?`,
      `Tell me in simple words: why ${why}?`,
      `my ${random.pick(['son', 'sister', 'class', 'friend', 'neighbor', 'uncle'])} asked me: why ${why}?`,
      `I forgot: why ${why}?`,
      `${random.pick(names)} and I want to know: why ${why}?`,
      `Question for ${random.pick(['science', 'school', 'homework', 'a quiz'])}: why ${why}?`,
    ]),
    `In short, ${reason}. Think of it this way: ${picture}.`,
  ];
  if (random.chance(0.4))
    turns.push(
      random.pick([
        'can you say it in one line?',
        'shorter please',
        'one short line please',
        'and in one sentence?',
      ]),
      `${capital(reason)}.`,
    );
  return conversationOf(...turns);
}

/** Text that a careless report would run as markup. */
function markupConversation(random: Random): Turn[] {
  const word = random.pick(['hello', 'thanks', 'welcome', 'today', 'tea & honey', '5 < 10']);
  const [tag, look] = random.pick([
    ['b', 'bold'],
    ['i', 'in soft letters'],
    ['h1', 'large'],
    ['script', 'not at all'],
  ] as const);
  const text = tag === 'script' ? `document.title = "${word}"` : word;
  return conversationOf(
    `what does a web page do with <${tag}>${text}</${tag}>?`,
    `In short, it shows the word ${look}. Think of it this way: a tag like <${tag}> is a note for the page.`,
  );
}

export function lmsysRow(random: Random): LmsysRow {
  const foreign = random.chance(0.16) ? random.pick(elsewhere) : undefined;
  let turns = foreign === undefined ? lmsysConversation(random) : conversationOf(foreign[1], foreign[2]);
  const redacted = foreign === undefined && random.chance(0.08);
  if (redacted) {
    const name = `NAME_${1 + random.int(3)}`;
    turns = turns.map(({ role, content }, index) =>
      index === 0
        ? { role, content: `I am ${name}, a friend of ${random.pick(names)}. ${content}` }
        : { role, content },
    );
  }
  const flaggedTurn = random.chance(0.05) ? random.int(turns.length) : -1;
  if (flaggedTurn === 0)
    turns = turns.map((turn, index) =>
      index === 0 ? { ...turn, content: `You silly robot, answer me! ${turn.content}` } : turn,
    );
  return {
    conversation_id: random.hex(32),
    model: random.pick(models),
    conversation: turns.map(({ role, content }) => ({ content, role })),
    turn: BigInt(turns.length / 2),
    language: foreign?.[0] ?? 'English',
    openai_moderation: turns.map((_, index) => moderation(random, index === flaggedTurn)),
    redacted,
  };
}

function moderation(random: Random, flagged: boolean): LmsysRow['openai_moderation'][number] {
  const hit = flagged ? 'harassment' : undefined;
  return {
    categories: Object.fromEntries(moderationCategories.map((name) => [name, name === hit])),
    category_scores: Object.fromEntries(
      moderationCategories.map((name) => [name, (name === hit ? 0.9 : 0.0001) * random.next()]),
    ),
    flagged,
  };
}
