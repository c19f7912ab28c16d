import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { packagePath } from '../../files/package-path.js';

const words = z.array(z.string());
/** A dish with its ingredients. `minutes` is a numeral in letters. */
const Dish = z.object({
  name: z.string(),
  main: z.string(),
  second: z.string(),
  finish: z.string(),
  way: z.enum(['cook', 'bake', 'mix']),
  minutes: z.string(),
});
const Plant = z.object({
  name: z.string(),
  spot: z.string(),
  water: z.string(),
  sow: z.string(),
  ready: z.string(),
  beside: z.string(),
});
const Place = z.object({ name: z.string(), way: z.string(), hour: z.string(), sights: words, pack: words });
const Skill = z.object({ name: z.string(), small: z.string(), tool: z.string(), sign: z.string() });
/** Something that matters, with four sentences that say why. */
const Virtue = z.object({ name: z.string(), why: words });
/** A question of simple science, a short reason, and a picture to remember. */
const Fact = z.object({ why: z.string(), reason: z.string(), picture: z.string() });
/**
 * A small trouble between people. `deed` completes "I"; `rule` is a rule of thumb; `mend` completes "you
 * could".
 */
const Trouble = z.object({ deed: z.string(), rule: z.string(), mend: z.string(), feel: z.string() });
/** A claim for a short essay, as in a language test. */
const Essay = z.object({ claim: z.string(), reason: z.string(), example: z.string(), against: z.string() });

export type Dish = z.infer<typeof Dish>;
export type Plant = z.infer<typeof Plant>;
export type Place = z.infer<typeof Place>;
export type Skill = z.infer<typeof Skill>;

const Lexicon = z.object({
  dishes: z.array(Dish),
  plants: z.array(Plant),
  places: z.array(Place),
  skills: z.array(Skill),
  people: words,
  names: words,
  virtues: z.array(Virtue),
  /** Activities by time of day. */
  weekend: z.object({ kinds: words, morning: words, afternoon: words, evening: words }),
  facts: z.array(Fact),
  troubles: z.array(Trouble),
  essays: z.array(Essay),
});

/**
 * The subjects of the demo corpora: small, friendly things with a few coherent facts each. The vocabulary is
 * closed (about a thousand words), so that a model of a few hundred thousand parameters can learn it.
 */
export const { dishes, plants, places, skills, people, names, virtues, weekend, facts, troubles, essays } =
  Lexicon.parse(JSON.parse(readFileSync(packagePath('dev/corpora/lexicon.json'), 'utf8')));
