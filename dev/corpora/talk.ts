import type { Dish, Place, Plant, Skill } from './lexicon.js';
import { dishes, people, places, plants, skills, troubles, weekend } from './lexicon.js';
import type { Random } from './random.js';

/** One message of a demo conversation. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/** User and assistant by turns, the user first. */
export function conversationOf(...contents: readonly string[]): Turn[] {
  return contents.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }));
}

/** The text with a capital first letter. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const numerals = ['one', 'two', 'three', 'four', 'five', 'six'] as const;

/** A time, a person or an amount: questions differ by it without being harder. */
function circumstance(random: Random): string {
  return random.pick([
    'this week',
    'on Saturday',
    'on Sunday morning',
    'after school',
    'after work',
    'this month',
    'in the evening',
    'with very little time',
    'with very little money',
    `with my ${random.pick(people)}`,
    `for my ${random.pick(people)}`,
    `for ${random.pick(numerals.slice(1))} people`,
    `with ${random.pick(numerals.slice(1))} children`,
    `before ${random.pick(['Friday', 'Monday', 'summer', 'winter', 'dinner', 'the holidays'])}`,
  ]);
}

/** A question, and the steps and the reason that answer it in whatever style a corpus has. */
export interface Request {
  readonly ask: string;
  /** Three imperative clauses, no capital, no period. */
  readonly steps: readonly [string, string, string];
  readonly tip: string;
  readonly goal: string;
}

/** A request about a dish, a plant, a place, a skill or a weekend. */
export function request(random: Random): Request {
  return random.pick([dishRequest, plantRequest, placeRequest, skillRequest, weekendRequest])(random);
}

function dishRequest(random: Random): Request {
  const { name, main, second, finish, way, minutes } = random.pick(dishes) satisfies Dish;
  const when = circumstance(random);
  const middle = {
    cook: `cook the ${main} with the ${second} for ${minutes} minutes`,
    bake: `mix the ${main} with the ${second} and bake for ${minutes} minutes`,
    mix: `mix the ${main} with the ${second} in a large bowl`,
  }[way];
  return {
    ask: random.pick([
      `How do I make ${name} ${when}?`,
      `Can you help me make ${name} ${when}?`,
      `I want to cook ${name} ${when}. Where do I start?`,
      `Please tell me how to make good ${name} ${when}.`,
    ]),
    steps: [
      `${/flour|pasta|rice/.test(main) ? 'measure' : 'wash and cut'} the ${main}`,
      middle,
      `add ${finish} and serve it ${way === 'mix' ? 'cold' : 'warm'}`,
    ],
    tip: `taste it before you add more salt`,
    goal: name,
  };
}

function plantRequest(random: Random): Request {
  const { name, spot, water, sow, ready, beside } = random.pick(plants) satisfies Plant;
  const when = circumstance(random);
  return {
    ask: random.pick([
      `How do I grow ${name} ${when}?`,
      `Can you help me plant ${name} ${when}?`,
      `I want to grow ${name} ${when}. What do they need?`,
      `Please tell me how to care for ${name} ${when}.`,
    ]),
    steps: [`choose ${spot}`, `plant the ${name} in ${sow}`, `water them ${water}`],
    tip: `${name} grow well beside ${beside} and are ready in ${ready}`,
    goal: name,
  };
}

function placeRequest(random: Random): Request {
  const { name, way, hour, sights, pack } = random.pick(places) satisfies Place;
  const when = circumstance(random);
  const [first = '', second = ''] = random.sample(sights, 2);
  return {
    ask: random.pick([
      `Can you plan a day at ${name} ${when}?`,
      `What should I do at ${name} ${when}?`,
      `I want to visit ${name} ${when}. What should I pack?`,
      `Please help me plan a trip to ${name} ${when}.`,
    ]),
    steps: [`pack ${random.pick(pack)}`, `go ${way} and ${first}`, `then ${second}`],
    tip: `${name} is best in ${hour}`,
    goal: name,
  };
}

function skillRequest(random: Random): Request {
  const { name, small, tool, sign } = random.pick(skills) satisfies Skill;
  const when = circumstance(random);
  return {
    ask: random.pick([
      `How can I get better at ${name} ${when}?`,
      `Can you help me practice ${name} ${when}?`,
      `I want to learn ${name} ${when}. What should I do first?`,
      `Please give me a plan for ${name} practice ${when}.`,
    ]),
    steps: [`find ${tool}`, `${small} every day`, `rest for one day each week`],
    tip: `practice works when ${sign}`,
    goal: name,
  };
}

function weekendRequest(random: Random): Request {
  const kind = random.pick(weekend.kinds);
  const when = random.pick([
    '',
    ` with my ${random.pick(people)}`,
    ' at home',
    ' in the old town',
    ' near the lake',
  ]);
  return {
    ask: random.pick([
      `Can you help me plan a ${kind} weekend${when}?`,
      `What can I do on a ${kind} weekend${when}?`,
      `I want a ${kind} weekend${when}. Any ideas?`,
      `Please plan a ${kind} Saturday${when} for me.`,
    ]),
    steps: [
      `${random.pick(weekend.morning)} in the morning`,
      `${random.pick(weekend.afternoon)} in the afternoon`,
      `${random.pick(weekend.evening)} in the evening`,
    ],
    tip: 'leave some time free',
    goal: `your ${kind} weekend`,
  };
}

/** A small trouble with a person filled in; `deed` completes "I", `mend` completes "you could". */
export function trouble(random: Random): {
  readonly person: string;
  readonly deed: string;
  readonly rule: string;
  readonly mend: string;
  readonly feel: string;
} {
  const person = random.pick(people);
  const { deed, rule, mend, feel } = random.pick(troubles);
  return {
    person,
    deed: deed.replace('{person}', person),
    rule,
    mend: mend.replace('{person}', person),
    feel,
  };
}
